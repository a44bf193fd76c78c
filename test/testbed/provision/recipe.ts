import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { moduleFolder } from './go-build.ts';
import { mavenModuleFolder, npmFolder } from './packages.ts';
import type { Program } from './programs.ts';

/**
 * A short digest of everything that decides a program's bytes: its row, the module files of a Go or Maven program, the
 * lock file of an npm program.
 */
export async function recipeDigest(program: Program): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(program));
  if (program.kind === 'go') {
    const folder = moduleFolder(program);
    const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(go|mod|sum)$/.test(file)).sort();
    for (const file of files) hash.update(`\n${file}\n`).update(await readFile(path.join(folder, file)));
  }
  if (program.kind === 'maven') {
    const folder = mavenModuleFolder(program);
    for (const file of (await readdir(folder)).sort()) {
      hash.update(`\n${file}\n`).update(await readFile(path.join(folder, file)));
    }
  }
  if (program.kind === 'npm') hash.update(await readFile(path.join(npmFolder(program), 'package-lock.json')));
  return hash.digest('hex').slice(0, 12);
}
