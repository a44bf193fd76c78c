import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import type { RenderedFile } from '../../../src/render/rendered.ts';
import { ensureDirectory, keepEnvFile, snapshot, writeFiles } from '../../../src/targets/compose/directory.ts';
import { fileChanges } from '../../../src/targets/compose/file-changes.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'difyctl-directory-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const ENV: RenderedFile = { path: '.env', content: 'DIFY_SECRET_A=1\nDIFY_SECRET_B=2\n', mode: 0o600 };
const PROJECT: RenderedFile = { path: 'compose.yaml', content: 'services: {}\n', mode: 0o644 };
const PROXY: RenderedFile = { path: 'nginx/default.conf', content: 'server {}\n', mode: 0o644 };
const text = (path: string): Promise<string> => readFile(join(directory, path), 'utf8');

describe('the planned changes of the directory', () => {
  test('are all files of a new directory, and none of an equal one', async () => {
    const created = await fileChanges(join(directory, 'none'), [ENV, PROXY], undefined);
    expect(created.map(({ action, name }) => [action, name])).toEqual([
      ['create', '.env'],
      ['create', 'nginx/default.conf'],
    ]);
    await writeFiles(directory, [ENV, PROXY], undefined);
    expect(await fileChanges(directory, [ENV, PROXY], [PROXY])).toEqual([]);
  });

  test('are the names of the variables of .env, without values', async () => {
    await writeFile(join(directory, '.env'), "DIFY_SECRET_A='1'\nDIFY_SECRET_B=planted\nMINE=planted\n", {
      mode: 0o600,
    });
    const changes = await fileChanges(directory, [ENV], undefined);
    const paths = ['DIFY_SECRET_B', 'MINE'];
    const fields = paths.map((path) => ({ path, secret: true }));
    expect(changes).toEqual([{ action: 'change', kind: 'File', name: '.env', paths, fields }]);
  });

  test('are the modes of files that too many users may read', async () => {
    await writeFiles(directory, [ENV], undefined);
    await chmod(join(directory, '.env'), 0o644);
    expect(await fileChanges(directory, [ENV], undefined)).toMatchObject([{ paths: ['mode: to be 0600'] }]);
    await writeFiles(directory, [ENV], undefined);
    expect((await stat(join(directory, '.env'))).mode & 0o777).toBe(0o600);
  });

  test('are the deletions of files that only the revision before has, if they exist inside the directory', async () => {
    await writeFiles(directory, [PROXY], undefined);
    const earlier = [PROXY, { path: 'gone.conf' }, { path: '../../etc/passwd' }];
    expect(await fileChanges(directory, [], earlier)).toEqual([
      { action: 'delete', kind: 'File', name: 'nginx/default.conf' },
    ]);
  });
});

test('a rollback restores changed and dropped files, and removes new ones', async () => {
  const old = [PROJECT, PROXY, ENV];
  await writeFiles(directory, old, undefined);
  const next = [{ ...PROJECT, content: 'services: { web: {} }\n' }, { ...PROXY, path: 'new.conf' }, ENV];
  const before = await snapshot(directory, [...next, ...old]);
  await writeFiles(directory, next, old);
  expect((await readdir(directory)).sort()).toEqual(['.env', 'compose.yaml', 'new.conf', 'nginx']);
  await writeFiles(directory, before, next);
  expect(await text('compose.yaml')).toBe(PROJECT.content);
  expect(await text('nginx/default.conf')).toBe(PROXY.content);
  expect((await readdir(directory)).sort()).toEqual(['.env', 'compose.yaml', 'nginx']);
  expect((await stat(join(directory, '.env'))).mode & 0o777).toBe(0o600);
});

test('the first backup of .env is kept, and never overwritten', async () => {
  await keepEnvFile(directory, [PROJECT, ENV]);
  expect(await readdir(directory)).toEqual(['.env']);
  await keepEnvFile(directory, [{ ...ENV, content: 'DIFY_SECRET_A=other\n' }]);
  expect(await text('.env')).toBe(ENV.content);
});

describe('a directory that cannot be created', () => {
  test('below a file is a user error with a message', async () => {
    await writeFile(join(directory, 'file'), '');
    const below = join(directory, 'file', 'dify');
    await expect(ensureDirectory(below)).rejects.toThrow(UserError);
    await expect(ensureDirectory(below)).rejects.toThrow(/a part of the path is a file \(ENOTDIR\)/);
    await expect(fileChanges(below, [ENV], undefined)).rejects.toThrow(UserError);
  });

  test.runIf(process.platform === 'linux')('on a file system without folders is a user error, at once', async () => {
    await expect(ensureDirectory('/proc/dify/deep')).rejects.toThrow(UserError);
  });

  test('with a folder in place of a file is a user error', async () => {
    await ensureDirectory(join(directory, '.env', 'x'));
    await expect(writeFiles(directory, [ENV], undefined)).rejects.toThrow(/a folder exists at the path of a file/);
  });
});
