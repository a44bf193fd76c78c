import { chmod, mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ownFolder } from '../../src/cli/frame/code-cache.ts';

const uid = process.getuid?.() ?? 0;
let home = '';
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'difyctl-home-')));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('is a folder of the user alone, below the home or XDG_CACHE_HOME', async () => {
  const folder = join(home, '.cache', 'difyctl', 'code');
  expect(ownFolder({ HOME: home }, uid)).toBe(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(ownFolder({ HOME: home }, uid)).toBe(folder);
  expect(ownFolder({ HOME: '/nowhere', XDG_CACHE_HOME: join(home, 'x') }, uid)).toBe(
    join(home, 'x', 'difyctl', 'code'),
  );
});

it.each<[string, () => Promise<unknown>]>([
  ['others may read it', () => mkdir(join(home, '.cache/difyctl/code'), { recursive: true, mode: 0o755 })],
  [
    'others may exchange a folder on the way to it',
    async () => {
      await mkdir(join(home, '.cache'));
      await chmod(join(home, '.cache'), 0o777);
    },
  ],
  ['it is a file', () => symlink('/dev/null', join(home, '.cache'))],
])('does not exist if %s', async (_title, prepare) => {
  await prepare();
  expect(ownFolder({ HOME: home }, uid)).toBeUndefined();
});

it('is not created in the home of another user, nor without a user id', () => {
  ownFolder({ HOME: home }, uid);
  expect(ownFolder({ HOME: home }, uid + 1)).toBeUndefined();
  expect(ownFolder({ HOME: home }, undefined)).toBeUndefined();
});

it('a link to another folder counts as that folder', async () => {
  await mkdir(join(home, 'open'));
  await chmod(join(home, 'open'), 0o777);
  await mkdir(join(home, 'open', 'cache'));
  await symlink(join(home, 'open', 'cache'), join(home, '.cache'));
  expect(ownFolder({ HOME: home }, uid)).toBeUndefined();
});
