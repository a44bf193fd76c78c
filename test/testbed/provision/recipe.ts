import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { recipeHash, shortDigest } from '../../../src/rehearsal/programs/recipe.ts';
import { goModuleFolder } from './go-modules.ts';
import { mavenModuleFolder, npmFolder } from './packages.ts';
import type { Program } from './programs.ts';

/**
 * A short digest of everything that decides a program's bytes: its row, the module files of a Go or Maven program, the
 * lock file of an npm program.
 */
export async function recipeDigest(program: Program): Promise<string> {
  const hash = await recipeHash(program, program.kind === 'go' ? goModuleFolder(program) : undefined);
  if (program.kind === 'maven') {
    const folder = mavenModuleFolder(program);
    for (const file of (await readdir(folder)).sort()) {
      hash.update(`\n${file}\n`).update(await readFile(path.join(folder, file)));
    }
  }
  if (program.kind === 'npm') hash.update(await readFile(path.join(npmFolder(program), 'package-lock.json')));
  return shortDigest(hash);
}
