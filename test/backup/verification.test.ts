import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readVerification, writeVerification } from '../../src/backup/verification.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const FACTS = { deployment: 'dify', at: '2026-11-22T12:00:00.000Z', share: '3/7' };
const path = () => join(folder.path, '.difyctl/dify/verification.json');
const put = async (document: object) => {
  await mkdir(join(folder.path, '.difyctl/dify'), { recursive: true });
  await writeFile(path(), JSON.stringify(document));
};

test('the newest verification takes the place of the last one, and only its owner reads it', async () => {
  expect(await readVerification(folder.path, 'dify')).toBeUndefined();
  await writeVerification(folder.path, { ...FACTS, faults: ['objects is missing'] });
  await writeVerification(folder.path, {
    ...FACTS,
    faults: Array.from({ length: 12 }, (_, index) => `fault ${index}`),
  });
  expect(await readVerification(folder.path, 'dify')).toMatchObject({
    ...{ kind: 'BackupVerification', version: 1, ...FACTS },
    faults: Array.from({ length: 10 }, (_, index) => `fault ${index}`),
  });
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  expect(await readVerification(folder.path, 'other')).toBeUndefined();
});

test('a record of a newer difyctl is neither read nor overwritten', async () => {
  await put({ kind: 'BackupVerification', version: 2, difyctl: '9.0.0' });
  expect(await readVerification(folder.path, 'dify')).toEqual({
    reason: 'it was written by difyctl 9.0.0, which is newer',
  });
  await expect(writeVerification(folder.path, { ...FACTS, faults: [] })).rejects.toThrow('verification.json');
});

test('a damaged record has a reason, and is overwritten', async () => {
  await put({ kind: 'BackupVerification', version: 1, at: 'yesterday' });
  expect(await readVerification(folder.path, 'dify')).toEqual({ reason: 'it is not a BackupVerification' });
  await writeVerification(folder.path, { ...FACTS, faults: [] });
  expect(await readVerification(folder.path, 'dify')).toMatchObject({ ...FACTS, faults: [] });
});
