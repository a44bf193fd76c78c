import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Returns a hash of a row of a table of programs and, for a Go program, of the files of its module: everything that
 * decides the program's bytes.
 */
export async function recipeHash(program: object, moduleFolder?: string): Promise<Hash> {
  const hash = createHash('sha256').update(JSON.stringify(program));
  if (moduleFolder === undefined) return hash;
  const files = (await readdir(moduleFolder, { recursive: true })).filter((file) => /\.(go|mod|sum)$/.test(file));
  for (const file of files.sort()) {
    hash.update(`\n${file}\n`).update(await readFile(path.join(moduleFolder, file)));
  }
  return hash;
}

/** The digest in the name of a program's folder. */
export const shortDigest = (hash: Hash): string => hash.digest('hex').slice(0, 12);
