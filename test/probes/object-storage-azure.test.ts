import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { dialTo, runStorage, type StorageRunOptions, withStorage } from '../support/object-storage-runs.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startAzurite } from '../testbed/services/azurite.ts';

const testbed = useTestbed(
  async () => {
    const azurite = await startAzurite();
    await azurite.addContainer('dify');
    await azurite.addContainer('opened', { public: true });
    return azurite;
  },
  (azurite) => azurite.stop(),
);

interface Scene {
  readonly key?: string;
  readonly azure?: JsonObject;
  readonly recovery?: JsonObject;
  readonly context?: StorageRunOptions['context'];
}

/** Azurite makes no versions, so that the plan leans on none unless told otherwise. */
function run({ key, azure = {}, recovery = { versioning: false }, context = {} }: Scene = {}) {
  const { accountName, accountKey, accountUrl } = testbed.get();
  const azureBlob = { accountName, accountUrl, container: 'dify', accountKey: { env: 'KEY' }, ...azure };
  return runStorage({
    deployment: withStorage({ provider: 'azure-blob', azureBlob }, recovery),
    secrets: { accountKey: key ?? accountKey },
    context,
  });
}

const S = 'object-storage';
/** Azurite uses plain http. */
const PLAIN = `${S}.tls warn`;

describe('Azure Blob', () => {
  it('that is healthy gives only the finding of plain http, and one container serves two processes', async () => {
    // Azurite calls itself an account with a readable copy in another region.
    const { findings, evidence } = await run({ recovery: { versioning: false, replication: 'cross-region' } });
    expect(findings).toEqual([PLAIN]);
    expect(evidence.buckets).toMatchObject([{ name: 'dify', usedBy: ['api', 'plugin daemon'] }]);
    expect(evidence.buckets[0]?.objects?.kept).toBeUndefined();
  });

  it.each<readonly [what: string, scene: () => Scene, finding: string, message: RegExp]>([
    [
      'a wrong key',
      () => ({ key: randomBytes(64).toString('base64') }),
      'login fail',
      /does not belong to this account/,
    ],
    ['a missing container', () => ({ azure: { container: 'none' } }), 'bucket fail', /ContainerNotFound/],
    [
      'a container that everybody reads',
      () => ({ azure: { container: 'opened' } }),
      'public-access fail',
      /anyone can/,
    ],
    [
      'versions that are planned and not made',
      () => ({ recovery: { versioning: true } }),
      'versioning fail',
      /no version/,
    ],
  ])('with %s', async (_, scene, finding, message) => {
    const { findings, results } = await run(scene());
    expect(findings).toEqual([PLAIN, expect.stringContaining(`${S}.${finding}`)]);
    expect(results.find(({ id }) => finding.startsWith(id.slice(S.length + 1)))?.message).toMatch(message);
  });

  it('that is managed and hides its versions is declared, not seen', async () => {
    const { accountName, accountUrl, accountKey } = testbed.get();
    const azureBlob = { accountName, accountUrl, container: 'dify', accountKey: { env: 'KEY' } };
    const storage = { provider: 'azure-blob', azureBlob, managed: { by: 'azure', ha: true, backups: true } };
    const { findings, result } = await runStorage({ deployment: withStorage(storage), secrets: { accountKey } });
    expect(findings).toEqual([PLAIN, `${S}.versioning warn`]);
    expect(result(`${S}.versioning`).remedy).toContain('az storage account blob-service-properties show');
  });

  it('of an account that does not exist is left to the check of connections', async () => {
    const azure = { accountName: 'gone', accountUrl: 'https://gone.blob.core.windows.net' };
    expect((await run({ azure, context: { dial: dialTo({}) } })).findings).toEqual([]);
  });
});
