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

describe('what would change in the directory', () => {
  test('all of it where there is none, nothing where it is the same', async () => {
    const created = await fileChanges(join(directory, 'none'), [ENV, PROXY], undefined);
    expect(created.map(({ action, name }) => [action, name])).toEqual([
      ['create', '.env'],
      ['create', 'nginx/default.conf'],
    ]);
    await writeFiles(directory, [ENV, PROXY], undefined);
    expect(await fileChanges(directory, [ENV, PROXY], [PROXY])).toEqual([]);
  });

  test('of .env the names of its variables, and no value', async () => {
    await writeFile(join(directory, '.env'), "DIFY_SECRET_A='1'\nDIFY_SECRET_B=planted\nMINE=planted\n", {
      mode: 0o600,
    });
    const changes = await fileChanges(directory, [ENV], undefined);
    const paths = ['DIFY_SECRET_B', 'MINE'];
    const fields = paths.map((path) => ({ path, secret: true }));
    expect(changes).toEqual([{ action: 'change', kind: 'File', name: '.env', paths, fields }]);
  });

  test('a file that more may read than should', async () => {
    await writeFiles(directory, [ENV], undefined);
    await chmod(join(directory, '.env'), 0o644);
    expect(await fileChanges(directory, [ENV], undefined)).toMatchObject([{ paths: ['mode: to be 0600'] }]);
    await writeFiles(directory, [ENV], undefined);
    expect((await stat(join(directory, '.env'))).mode & 0o777).toBe(0o600);
  });

  test('what the revision before had and the set has not, if it is there and inside', async () => {
    await writeFiles(directory, [PROXY], undefined);
    const earlier = [PROXY, { path: 'gone.conf' }, { path: '../../etc/passwd' }];
    expect(await fileChanges(directory, [], earlier)).toEqual([
      { action: 'delete', kind: 'File', name: 'nginx/default.conf' },
    ]);
  });
});

test('going back restores what was changed, brings back what was dropped, and removes what came', async () => {
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

test('a first .env is kept, and never written over', async () => {
  await keepEnvFile(directory, [PROJECT, ENV]);
  expect(await readdir(directory)).toEqual(['.env']);
  await keepEnvFile(directory, [{ ...ENV, content: 'DIFY_SECRET_A=other\n' }]);
  expect(await text('.env')).toBe(ENV.content);
});

describe('a directory that cannot be', () => {
  test('below a file is the user’s fault, in words', async () => {
    await writeFile(join(directory, 'file'), '');
    const below = join(directory, 'file', 'dify');
    await expect(ensureDirectory(below)).rejects.toThrow(UserError);
    await expect(ensureDirectory(below)).rejects.toThrow(/a part of the path is a file \(ENOTDIR\)/);
    await expect(fileChanges(below, [ENV], undefined)).rejects.toThrow(UserError);
  });

  test.runIf(process.platform === 'linux')('where the file system makes no folders likewise, at once', async () => {
    await expect(ensureDirectory('/proc/dify/deep')).rejects.toThrow(UserError);
  });

  test('with a folder in the way of a file likewise', async () => {
    await ensureDirectory(join(directory, '.env', 'x'));
    await expect(writeFiles(directory, [ENV], undefined)).rejects.toThrow(/a folder exists at the path of a file/);
  });
});
