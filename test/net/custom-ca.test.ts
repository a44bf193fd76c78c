import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { customCa } from '../../src/net/custom-ca.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

test('a deployment without a CA file trusts the public authorities', async () => {
  expect(await customCa(undefined, folder.path)).toEqual({});
});

test('a CA file is read beside the deployment file and trusted alone', async () => {
  await writeFile(join(folder.path, 'ca.pem'), 'PEM');
  expect(await customCa('./ca.pem', folder.path)).toEqual({ ca: 'PEM', caAlone: true });
});

test.each([
  ['nowhere.pem', 'ENOENT'],
  ['folder', 'EISDIR'],
])('a CA file that cannot be read is an error of TLS: %s', async (caFile, code) => {
  await mkdir(join(folder.path, 'folder'));
  const text = `cannot be verified: caFile ${caFile} cannot be read (${code})`;
  await expect(customCa(caFile, folder.path)).rejects.toMatchObject({ fact: { stage: 'tls', code, text } });
});
