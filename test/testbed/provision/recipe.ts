import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { moduleFolder } from './go-build.ts';
import type { Program } from './programs.ts';

/** A short digest of all that decides a program's bytes: its row, and for a Go program its module's files. */
export async function recipeDigest(program: Program): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(program));
  if (program.kind === 'go') {
    const folder = moduleFolder(program);
    const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(go|mod|sum)$/.test(file)).sort();
    for (const file of files) hash.update(`\n${file}\n`).update(await readFile(path.join(folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}
