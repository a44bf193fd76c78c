import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeTemporaryFolder, removeLeftovers } from '../../src/base/temporary-folder.ts';

let parent = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'difyctl-parent-'));
  vi.stubEnv('TMPDIR', parent);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(parent, { recursive: true, force: true });
});

it('a run has a folder of its own, and the next run removes it once the first has ended', async () => {
  const own = await makeTemporaryFolder();
  expect((await stat(own)).mode & 0o777).toBe(0o700);
  // A process that has ended, and one that got the same number later.
  const { pid } = spawnSync('true');
  const [, space = ''] = basename(own).split('-');
  const [dead, later] = [`difyctl-${space}-${pid}-7-abcdef`, `difyctl-${space}-${process.pid}-7-abcdef`];
  for (const name of [dead, later]) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, 'values.yaml'), 'left');
  }
  await removeLeftovers();
  expect(await readdir(parent)).toEqual([basename(own)]);
});

it('a folder that does not belong to an ended run of this machine is kept', async () => {
  const [, space = ''] = basename(await makeTemporaryFolder()).split('-');
  const { pid } = spawnSync('true');
  await mkdir(join(parent, 'elsewhere'));
  await writeFile(join(parent, 'elsewhere', 'kept'), '');
  await symlink(join(parent, 'elsewhere'), join(parent, `difyctl-${space}-${pid}-7-linked`));
  await mkdir(join(parent, `difyctl-00000000-${pid}-7-abcdef`));
  await mkdir(join(parent, 'difyctl-chart'));
  const before = await readdir(parent);
  await removeLeftovers();
  expect(await readdir(parent)).toEqual(before);
  expect(await readdir(join(parent, 'elsewhere'))).toEqual(['kept']);
});
