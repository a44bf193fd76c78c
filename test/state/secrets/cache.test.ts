import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { UserError } from '../../../src/base/errors.ts';
import { DIFYCTL_VERSION } from '../../../src/base/version.ts';
import { statePaths } from '../../../src/state/paths.ts';
import { readCache, writeCache } from '../../../src/state/secrets/cache.ts';
import { temporaryFolder } from '../../support/folders.ts';

const folder = temporaryFolder();
const paths = () => statePaths(folder.path, 'dify');
const mode = async (path: string) => (await stat(path)).mode & 0o777;

test('the stored values are read back, and only the owner may read the file', async () => {
  const secrets = new Map([
    ['secrets.secretKey', 'a: "b" #c'],
    ['postgres.password', '1234'],
  ]);
  await writeCache(paths(), secrets);
  expect(await readCache(paths())).toEqual(secrets);
  expect(await mode(paths().secrets)).toBe(0o600);
  for (const path of [paths().root, paths().deployment, paths().revisions]) expect(await mode(path)).toBe(0o700);
});

test('the folder ignores itself in Git, and an edited .gitignore is kept', async () => {
  await writeCache(paths(), new Map());
  const ignore = join(paths().root, '.gitignore');
  expect((await readFile(ignore, 'utf8')).split('\n')).toContain('*');
  expect(await mode(ignore)).toBe(0o600);
  await writeFile(ignore, '# mine\n*\n');
  await writeCache(paths(), new Map());
  expect(await readFile(ignore, 'utf8')).toBe('# mine\n*\n');
});

test('a cache with a key that is a list is damaged, and nothing of it is printed', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await writeCache(paths(), new Map());
  await writeFile(paths().secrets, '? [hunter2]\n: x\nsecrets: {}\n');
  const fault = await readCache(paths()).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(UserError);
  expect(fault).toHaveProperty('message', `${paths().secrets} is damaged`);
  expect(warned.mock.calls).toEqual([]);
  warned.mockRestore();
});

test('a rewrite keeps fields of a newer difyctl, and secrets that this one does not know', async () => {
  await writeCache(paths(), new Map());
  const secrets = { 'secrets.secretKey': 'old', 'secrets.pepper': 'later' };
  await writeFile(paths().secrets, stringify({ secrets, kind: 'SecretsCache', version: 1, difyctl: '9.9.9', at: 1 }));
  await writeCache(paths(), new Map([['secrets.secretKey', 'new']]));
  expect(parse(await readFile(paths().secrets, 'utf8'))).toEqual({
    kind: 'SecretsCache',
    version: 1,
    difyctl: DIFYCTL_VERSION,
    at: 1,
    secrets: { 'secrets.pepper': 'later', 'secrets.secretKey': 'new' },
  });
});

test('a cache of a difyctl that wrote no kind and version is read', async () => {
  await writeCache(paths(), new Map());
  await writeFile(paths().secrets, 'secrets: { secrets.secretKey: old }\n');
  expect(await readCache(paths())).toEqual(new Map([['secrets.secretKey', 'old']]));
});

test('a cache of a newer difyctl is refused by name, and stays as it is', async () => {
  await writeCache(paths(), new Map());
  const newer = stringify({ kind: 'SecretsCache', version: 2, difyctl: '9.9.9', sealed: 'x' });
  await writeFile(paths().secrets, newer);
  const refusal = {
    name: 'UserError',
    message: `${paths().secrets} was written by a newer difyctl: it has version 2, and this difyctl reads up to 1`,
    next: ['use difyctl 9.9.9 or newer'],
  };
  await expect(readCache(paths())).rejects.toMatchObject(refusal);
  await expect(writeCache(paths(), new Map([['secrets.secretKey', 'new']]))).rejects.toMatchObject(refusal);
  expect(await readFile(paths().secrets, 'utf8')).toBe(newer);
});

test('a missing file is an empty cache', async () => {
  expect(await readCache(paths())).toEqual(new Map());
});

test.each([
  'secrets: [1',
  'other: {}',
  'secrets: { key: [1] }',
  'secrets: text-that-is-secret',
  'kind: Place\nsecrets: {}',
])('a damaged file (%s) is refused without quoting it', async (text) => {
  await mkdir(dirname(paths().secrets), { recursive: true });
  await writeFile(paths().secrets, text);
  const fault = await readCache(paths()).catch((error: Error) => error);
  expect(fault).toMatchObject({ name: 'UserError', message: expect.stringContaining('is damaged') });
  expect(JSON.stringify(fault)).not.toContain('text-that-is-secret');
});
