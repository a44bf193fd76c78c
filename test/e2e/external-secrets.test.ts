import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture } from '../support/kubernetes-fixture.ts';
import { installCrds } from '../testbed/cluster/crds.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { type FakeExternalSecrets, startFakeExternalSecrets } from '../testbed/services/fake-external-secrets.ts';

/** The real definitions of External Secrets on a real API server. The operator is a fake, which writes as it does. */
const testbed = useCluster({ nodes: '6x8C32G', zones: 3 });

const external = { external: {} };
const FILE = {
  secrets: { provider: 'external-secrets', store: { name: 'vault' }, refreshInterval: '15m' },
  postgres: { mode: 'external', host: '127.0.0.1', password: external },
  redis: { mode: 'external', host: '127.0.0.1', password: external },
  objectStorage: {
    provider: 's3',
    s3: { endpoint: 'https://127.0.0.1', bucket: 'dify', accessKey: external, secretKey: external },
  },
  vectorStore: { mode: 'external', provider: 'qdrant', qdrant: { url: 'https://127.0.0.1:6333', apiKey: external } },
};

/** The entry of the store under the name of the deployment. */
const ENTRY = {
  'postgres-password': 'stored-postgres-4b1e',
  'redis-password': 'stored redis/77?"d2"',
  'object-storage-s3-access-key': 'stored-s3-access-90aa',
  'object-storage-s3-secret-key': 'stored-s3-secret-1c3f',
  'vector-store-qdrant-api-key': 'stored-qdrant-55e8',
  'secrets-secret-key': 'stored-secret-key-8e0d4c7a91',
  'secrets-inner-api-key': 'stored-inner-8e0d4c7a92',
  'secrets-plugin-daemon-key': 'stored-plugin-8e0d4c7a93',
  'secrets-sandbox-api-key': 'stored-sandbox-8e0d4c7a94',
  'secrets-agent-api-token': 'stored-agent-8e0d4c7a95',
  'secrets-agent-server-secret-key': Buffer.alloc(32, 'stored').toString('base64url'),
  'secrets-agent-sandbox-token': 'stored-token-8e0d4c7a96',
};

let there: KubernetesFixture;
let place: TempWorkspace;
let operator: FakeExternalSecrets;
const NAMESPACE = 'external';
const kubectl = (...args: readonly string[]) => testbed.cluster.kubectl(['-n', NAMESPACE, ...args]);

beforeAll(async () => {
  await installCrds(testbed.cluster, ['externalSecrets']);
  await testbed.cluster.kubectl(['create', 'namespace', NAMESPACE]);
  there = await createKubernetesFixture(testbed.cluster, NAMESPACE);
  place = await there.workplace(FILE);
  operator = startFakeExternalSecrets(testbed.cluster.api, NAMESPACE);
});
afterAll(async () => {
  await operator.stop();
  await there.end();
});

const checksOf = ({ stdout }: Outcome) => (JSON.parse(stdout) as CheckReport).checks;
const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;
const names = async (kind: string) =>
  (await there.objects(kind)).map((one) => one.replace(/^.*\//, '')).filter((one) => one.startsWith('dify-difyctl-'));

test('preflight reports a store that is missing or not ready, with the reason of the operator', async () => {
  const look = async () => {
    const [check] = checksOf(await place.run('preflight', '--only', 'cluster.secret-store', '-o', 'json'));
    return [check?.status, check?.observed];
  };
  expect(await look()).toEqual(['fail', 'SecretStore external/vault does not exist']);
  await operator.addStore('vault', { status: 'False', message: 'unable to validate store' });
  expect(await look()).toEqual([
    'fail',
    'SecretStore external/vault is not Ready: InvalidProviderConfig: unable to validate store',
  ]);
  await kubectl('delete', 'secretstore', 'vault');
  await operator.addStore('vault', { status: 'True', message: 'store validated' });
  expect(await look()).toEqual(['pass', 'SecretStore external/vault is Ready']);
});

test('before the Secret exists, the secrets are unknown, and an install in prod is blocked', async () => {
  const blocked = await place.run('install', '--yes', '-o', 'json');
  expect(blocked, blocked.stderr).toMatchObject({ code: 3 });
  expect(report(blocked)).toMatchObject({ outcome: 'blocked' });
  const { checks } = report(blocked).preflight;
  expect(checks.filter(({ status }) => status === 'unknown' || status === 'fail').map(({ id }) => id)).toEqual([
    'config.secrets',
  ]);
  expect(await names('externalsecrets,secrets')).toEqual([]);
});

test('if an entry of the store is missing, the install stops with the reason of the operator', async () => {
  const failed = await place.run('install', '--yes', '--skip', 'config.secrets', '--timeout', '3s', '-o', 'json');
  expect(failed, failed.stderr).toMatchObject({ code: 4 });
  const [name] = await names('externalsecrets');
  expect(report(failed).failure).toEqual({
    summary: 'External Secrets has no usable Secret, so nothing was rolled out',
    failures: [
      {
        workload: `ExternalSecret ${name}`,
        reason: 'it was not ready after 3 s: SecretSyncedError: could not get secret data from provider',
        logs: [],
        events: ['error processing spec.data[0] (key: dify), err: Secret does not exist'],
      },
    ],
    state: 'release dify was not made; no workload was changed',
  });
  expect(await there.objects('deployments,jobs')).toEqual([]);
});

test('secrets apply waits for the Secret, and an install then uses it without having its values', async () => {
  operator.entries.set('dify', ENTRY);
  const applied = await place.run('secrets', 'apply', '--yes');
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
  const [name = ''] = await names('secrets');
  expect(applied.stdout).toBe(`  ExternalSecret ${name} is applied for dify.`);
  const { data } = JSON.parse(await kubectl('get', 'secret', name, '-o', 'json')) as { data: Record<string, string> };
  const url = Buffer.from(data.CELERY_BROKER_URL ?? '', 'base64').toString();
  expect(url).toBe('redis://:stored%20redis%2F77%3F%22d2%22@127.0.0.1:6379/1');

  const installed = await place.run('install', '--yes', '-o', 'json');
  expect(installed, installed.stderr).toMatchObject({ code: 0 });
  expect(report(installed)).toMatchObject({ outcome: 'applied' });
  const calls = await there.recorder.calls();
  const seen = [
    installed.stdout + installed.stderr,
    ...calls.flatMap(({ args, env }) => [...args, ...Object.values(env)]),
    ...(await place.files()).values(),
  ].join('\n');
  for (const value of Object.values(ENTRY)) expect(seen).not.toContain(value);

  const again = await place.run('install', '--yes', '-o', 'json');
  expect(report(again), again.stderr).toMatchObject({ outcome: 'unchanged', plan: { changes: [], drift: [] } });
});

test('a change of the ExternalSecret by hand is drift, and an install undoes it', async () => {
  const [name = ''] = await names('externalsecrets');
  const change = { spec: { refreshInterval: '99h' } };
  await kubectl('patch', 'externalsecret', name, '--type', 'merge', '-p', JSON.stringify(change));
  const planned = await place.run('plan', '-o', 'json');
  expect(JSON.parse(planned.stdout).drift).toMatchObject([
    { kind: 'ExternalSecret', name, path: 'spec.refreshInterval', was: '15m', is: '99h' },
  ]);
  const repaired = await place.run('install', '--yes', '-o', 'json');
  expect(repaired, repaired.stderr).toMatchObject({ code: 0 });
  expect(await kubectl('get', 'externalsecret', name, '-o', 'jsonpath={.spec.refreshInterval}')).toBe('15m');
});

test('an ExternalSecret that is not Ready any more is named by status and postflight, in the words of the operator', async () => {
  const [name = ''] = await names('externalsecrets');
  const condition = '{.status.conditions[?(@.type=="Ready")].status}';
  const state = () => kubectl('get', 'externalsecret', name, '-o', `jsonpath=${condition}`);
  const reaches = (wanted: string) =>
    poll(`it reports ${wanted}`, async () => ((await state()) === wanted ? true : undefined), { timeoutMs: 60_000 });
  const why = 'SecretSyncedError: permission denied on secret "dify"';
  operator.failWith('\u001b[31mpermission\u0007 denied\u202e\non secret "dify"');
  await reaches('False');
  const status = await place.run('status', '-o', 'json');
  expect(JSON.parse(status.stdout)).toMatchObject({
    release: { externalSecret: { name, exists: true, ready: false, why } },
    next: `kubectl describe externalsecret ${name} shows why values of the store do not reach the Secret`,
  });
  const text = await place.run('status');
  expect(text.stdout.split('\n').filter((line) => line.includes('ExternalSecret'))).toEqual([
    expect.stringMatching(
      / ExternalSecret dify-difyctl-\S+ is not Ready: SecretSyncedError: permission denied on secret "dify"$/,
    ),
  ]);
  const check = async () => {
    const flown = await place.run('postflight', '--only', 'app.external-secret', '-o', 'json');
    const [{ id, status: verdict, observed, remedy } = { id: '' } as CheckReport['checks'][number]] = checksOf(flown);
    return { code: flown.code, id, verdict, observed, remedy };
  };
  expect(await check()).toEqual({
    code: 5,
    id: 'app.external-secret',
    verdict: 'fail',
    observed: `ExternalSecret ${name} is not Ready: ${why}`,
    remedy: `kubectl describe externalsecret ${name} -n ${NAMESPACE}`,
  });
  operator.failWith(undefined);
  await reaches('True');
  expect(await check()).toMatchObject({ code: 0, verdict: 'pass', observed: `ExternalSecret ${name} is Ready` });
});

test('another source makes another Secret, the earlier one is kept, and another SECRET_KEY is refused', async () => {
  const [before = ''] = await names('externalsecrets');
  operator.entries.set('other', { ...ENTRY, 'secrets-secret-key': 'stored-secret-key-of-another' });
  const moved = ['--set', 'secrets.remoteKey=other'];
  const refused = await place.run('install', '--yes', '--skip', 'config.secrets', '-o', 'json', ...moved);
  expect(refused, refused.stderr).toMatchObject({ code: 4 });
  expect(report(refused).failure?.failures[0]?.reason).toBe(
    `secrets.secretKey of the store differs from the one in Secret ${before}, with which Dify encrypted its stored ` +
      'credentials; put that value into the store, and run the install again',
  );
  operator.entries.set('other', ENTRY);
  const [, failed = ''] = await names('externalsecrets');
  expect(failed).not.toBe('');
  await kubectl('delete', 'externalsecret', ...(await names('externalsecrets')).filter((one) => one !== before));
  const changed = await place.run('install', '--yes', '--skip', 'config.secrets', '-o', 'json', ...moved);
  expect(changed, changed.stderr).toMatchObject({ code: 0 });
  expect(await names('externalsecrets')).toHaveLength(2);
  expect(await names('externalsecrets')).toContain(before);
});

test('an uninstall deletes every ExternalSecret, and with it its Secret', async () => {
  const removed = await place.run('uninstall', 'dify', '--yes', '--set', 'secrets.remoteKey=other');
  expect(removed, removed.stderr).toMatchObject({ code: 0 });
  expect(removed.stdout).not.toContain('Secret dify-difyctl');
  expect(await names('externalsecrets')).toEqual([]);
  await poll('the Secrets are deleted', async () => ((await names('secrets')).length === 0 ? true : undefined));
});
