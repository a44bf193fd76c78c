import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

/**
 * True if UPDATE_GOLDEN is `1`: golden files are written instead of compared. Review the change in the diff of the
 * commit.
 */
export const UPDATE = process.env.UPDATE_GOLDEN === '1';

interface GoldenFile {
  readonly path: string;
  readonly content: string;
}

/** Expects that a rendered set equals the golden files of a folder: the same files, byte for byte. */
export async function expectGolden(folder: string, files: readonly GoldenFile[]): Promise<void> {
  if (UPDATE) await write(folder, files);
  const golden = await readAll(folder);
  expect(files.map(({ path }) => path).toSorted()).toEqual([...golden.keys()].toSorted());
  for (const { path, content } of files) expect(content, path).toBe(golden.get(path));
}

async function write(folder: string, files: readonly GoldenFile[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const { path, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function readAll(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  );
}
