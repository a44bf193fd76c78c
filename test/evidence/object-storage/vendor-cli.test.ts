import { describe, expect, it } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { createObjectStorageCollector } from '../../../src/evidence/object-storage/collector.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { ProbeError } from '../../../src/net/probe-error.ts';
import { collectContext } from '../../support/check-runs.ts';
import { judgeStorage, withStorage } from '../../support/object-storage-runs.ts';
import { fakeSecrets } from '../../support/secrets.ts';

const WORKLOAD: JsonObject = { provider: 's3', s3: { bucket: 'dify', region: 'eu-central-1', identity: 'workload' } };

/** A command line that says this, and the commands that it was asked. */
function saying(stdout: string | Error): { readonly runner: Runner; readonly asked: string[] } {
  const asked: string[] = [];
  const run: Runner['run'] = async (program, args) => {
    asked.push([program, ...args].join(' '));
    if (stdout instanceof Error) throw stdout;
    return { exitCode: 0, stdout, stderr: '' };
  };
  return { runner: { run }, asked };
}

async function versioningOf(stdout: string | Error, storage = WORKLOAD) {
  const deployment = withStorage(storage);
  const { runner, asked } = saying(stdout);
  const dial = () => Promise.reject(new ProbeError('connect', 'ECONNREFUSED', 'refuses the connection'));
  const context = collectContext({ deployment, secrets: fakeSecrets(deployment), runner, dial });
  const evidence = await createObjectStorageCollector().collect(context, () => Promise.reject(new Error('nothing')));
  const results = judgeStorage(deployment, evidence, new Date());
  return { asked, result: results.find(({ id }) => id === 'object-storage.versioning') };
}

describe("the vendor's own command line", () => {
  it.each([
    ['Enabled\n', 'pass', /according to the command line of the vendor/],
    ['Suspended\n', 'fail', /versioning is suspended/],
    ['None\n', 'fail', /versioning is off/],
    [new ExternalError('aws is not installed', { command: 'aws', stderr: [] }), 'warn', /declared, not seen/],
  ])('%j is %s if only a pod has the keys', async (stdout, status, message) => {
    const { asked, result } = await versioningOf(stdout);
    expect(asked[0]).toBe(
      'aws s3api get-bucket-versioning --bucket dify --region eu-central-1 --query Status --output text',
    );
    expect(result?.status).toBe(status);
    expect(result?.message).toMatch(message);
  });

  it('is not run for a self-hosted storage', async () => {
    const own = { provider: 's3', s3: { bucket: 'dify', endpoint: 'https://minio.example', identity: 'workload' } };
    expect((await versioningOf('Enabled', own)).asked).toEqual([]);
  });
});
