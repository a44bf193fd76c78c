import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/base/files.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('writing a file deletes the temporary files of a killed run and no other file', async () => {
  const old = '..env.0123456789ab.tmp';
  const others = ['..env.aaaaaaaaaaaa.tmp', '.env.local', '.other.0123456789ab.tmp'];
  const now = new Date();
  for (const name of [old, ...others]) {
    await writeFile(join(folder, name), name);
    // The file system has a clock of its own.
    await utimes(join(folder, name), now, now);
  }
  await utimes(join(folder, old), 0, 0);
  await utimes(join(folder, '.other.0123456789ab.tmp'), 0, 0);
  await writeFileAtomic(join(folder, '.env'), 'new');
  expect((await readdir(folder)).sort()).toEqual(['.env', ...others].sort());
  expect(await readFile(join(folder, '.env'), 'utf8')).toBe('new');
});
