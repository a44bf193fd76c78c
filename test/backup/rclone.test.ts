import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bucketList, rclone } from '../../src/backup/rclone.ts';
import { ExternalError } from '../../src/base/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Runner } from '../../src/exec/runner.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';

const ACCOUNT = { accountName: 'acme', accountUrl: 'https://acme.blob.core.windows.net', container: 'dify' };
const KEYED = { azureBlob: { ...ACCOUNT, accountKey: { env: 'KEY' } } };

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'difyctl-test-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function opened(storage: JsonObject, run: Runner['run'] = () => Promise.reject(new Error('not called'))) {
  const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-kubernetes-s3-qdrant'], objectStorage: storage });
  return rclone({ run }, deployment.objectStorage, fakeSecrets(deployment), folder, folder);
}

const config = () => readFile(path.join(folder, 'rclone.conf'), 'utf8');

/** The runner's error of a command with these last lines. */
const fails = (line: () => Promise<string>): Runner['run'] => {
  return async () => {
    const text = await line();
    throw new ExternalError(`rclone lsf ended with exit code 3: ${text}`, { stderr: ['', text] });
  };
};

describe('rclone on Azure Blob', () => {
  test('has a signature for the container in a file of its own, and not the key of the account', async () => {
    await opened({ provider: 'azure-blob', ...KEYED });
    const lines = (await config()).split('\n');
    expect(lines).toEqual([
      '[source]',
      'type = azureblob',
      expect.stringMatching(
        /^sas_url = https:\/\/acme\.blob\.core\.windows\.net\/dify\?sv=2020-10-02&se=[^&]+&sr=c&sp=rcwl&sig=[^&]+$/,
      ),
      '',
    ]);
    expect((await stat(path.join(folder, 'rclone.conf'))).mode & 0o777).toBe(0o600);
  });

  test('does not show the signature in an error', async () => {
    const address = async () => / = (https:.*)/.exec(await config())?.[1] ?? '';
    const program = await opened(
      { provider: 'azure-blob', ...KEYED },
      fails(async () => `Get "${(await address()).replace('?', '?comp=list&')}": connection refused`),
    );
    const signature = /sig=([^&]+)/.exec(await address())?.[1] ?? '';
    const error = await program.top('dify', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExternalError);
    const { message, stderr } = error as ExternalError;
    expect(message).toContain('rclone lsf ended with exit code 3: Get "https://acme.blob.core.windows.net/dify?');
    for (const form of [signature, decodeURIComponent(signature)]) {
      expect(message).not.toContain(form);
      expect(stderr.join('\n')).not.toContain(form);
    }
  });

  test('says that a container does not exist', async () => {
    const line = async () => '2026/11/30 16:40:57 NOTICE: Failed to lsf: error in ListJSON: directory not found';
    const program = await opened({ provider: 'azure-blob', ...KEYED }, fails(line));
    await expect(program.keys('dify', {})).rejects.toMatchObject({
      message: 'the bucket dify does not exist',
      next: ['check objectStorage, or create it: az storage container create --account-name acme --name dify'],
    });
  });
});

test.each<readonly [path: string, storage: JsonObject]>([
  ['objectStorage.azureBlob.accountKey', { provider: 'azure-blob', azureBlob: { ...ACCOUNT, identity: 'workload' } }],
  ['objectStorage.gcs.serviceAccountJson', { provider: 'gcs', gcs: { bucket: 'dify', identity: 'workload' } }],
])('without %s, objects are not copied', async (field, storage) => {
  await expect(opened(storage)).rejects.toThrow(`the file names no ${field}, which rclone needs to copy the objects`);
});

describe('a list of a bucket', () => {
  const LINES = ['5\t2026-12-01 02:15:00\tupload_files/a\tb.txt', '0\t2026-11-30 23:59:59\tplugin/empty'];

  test('has each key and the time of the newest object', () => {
    const { keys, newest } = bucketList(`${LINES.join('\n')}\n`);
    expect(keys).toEqual(['upload_files/a\tb.txt', 'plugin/empty']);
    expect(newest?.toISOString()).toBe('2026-12-01T02:15:00.000Z');
  });

  test('has the same digest in another order, and another one if an object is of another time or size', () => {
    const { digest } = bucketList(LINES.join('\n'));
    expect(bucketList(LINES.toReversed().join('\n')).digest).toBe(digest);
    for (const [from, to] of [
      ['02:15:00', '02:15:01'],
      ['5\t', '6\t'],
    ] as const)
      expect(bucketList(LINES.join('\n').replace(from, to)).digest).not.toBe(digest);
  });

  test('keeps a key with a line break whole', () => {
    expect(bucketList('5\t2026-12-01 02:15:00\ttwo\nlines\n').keys).toEqual(['two\nlines']);
  });

  test('of an empty bucket has no time', () => {
    expect(bucketList('')).toMatchObject({ keys: [], newest: undefined });
  });
});
