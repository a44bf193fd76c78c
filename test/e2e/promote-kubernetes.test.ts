import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path, { join, relative } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { bucketContents, emptyBucket } from '../support/bucket-objects.ts';
import { CHART } from '../support/chart.ts';
import { told } from '../support/compose-fixture.ts';
import { MAIN_SQL, PLUGIN_SQL, writeObjects, writePackages, writeSecretKey } from '../support/dify-data.ts';
import { leftRunning, type Running, type TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { sample } from '../support/sample.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useSharedCluster } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { type MinioService, startMinio } from '../testbed/services/minio.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { type RedisService, startRedis } from '../testbed/services/redis.ts';

/**
 * Two namespaces of one cluster are two regions, each with its own databases and buckets. The primary is lost; each run
 * of promote is killed, and the next run continues. Pods of simulated nodes run nothing, so that postflight reads what
 * the API server knows of them.
 */
const testbed = useSharedCluster();

const MINUTES = 60_000;
const REGIONS = {
  primary: { namespace: 'region-a', databases: ['dify', 'dify_plugin'], buckets: ['dify', 'dify-plugin'] },
  standby: { namespace: 'region-b', databases: ['dify_b', 'dify_plugin_b'], buckets: ['dify-b', 'dify-plugin-b'] },
} as const;
type Region = keyof typeof REGIONS;

let folder = '';
let identity = '';
let primaryUrl = '';
let servers: { readonly postgres: PostgresService; readonly minio: MinioService; readonly redis: RedisService };
let scene: KubernetesFixture;
let primary: TempWorkspace;
let standby: TempWorkspace;

const secret = (name: string): string => SECRETS[name] ?? '';
const kubectl = (...args: readonly string[]): Promise<string> => testbed.cluster.kubectl(args);

async function file(region: Region, topology: object): Promise<Record<string, unknown>> {
  const { postgres, minio, redis } = servers;
  const { namespace, databases, buckets } = REGIONS[region];
  const [main, plugin] = databases;
  const [bucket, pluginBucket] = buckets;
  const keys = { accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } };
  const s3 = { endpoint: minio.endpoint, region: minio.region, addressStyle: 'path', ...keys, bucket, pluginBucket };
  const password = { env: 'DIFY_PG_PASSWORD' };
  return {
    tier: 'test',
    target: { type: 'kubernetes', context: testbed.cluster.context, namespace, chart: { path: CHART } },
    postgres: { mode: 'external', host: '127.0.0.1', port: postgres.port, databases: { main, plugin }, password },
    redis: { mode: 'external', host: '127.0.0.1', port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: { provider: 's3', s3 },
    recovery: {
      rpo: '1d',
      vectorStore: { strategy: 'rebuild' },
      backup: {
        ...{ repository: join(folder, 'repository'), password: { file: join(folder, 'password') } },
        recipients: [await identityToRecipient(identity)],
      },
      topology: { region: 'standby', ...topology },
    },
  };
}

/** Puts every file of a folder into a bucket. */
async function upload(from: string, bucket: string): Promise<void> {
  const entries = (await readdir(from, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const entry of entries) {
    const at = join(entry.parentPath, entry.name);
    const key = relative(from, at).split('/').map(encodeURIComponent).join('/');
    const { status } = await servers.minio.request('PUT', `/${bucket}/${key}`, { body: await readFile(at) });
    expect(status, key).toBe(200);
  }
}

async function startServers(): Promise<void> {
  const [accessKey, secretKey] = [secret('DIFY_S3_ACCESS_KEY'), secret('DIFY_S3_SECRET_KEY')];
  const { databases, buckets } = REGIONS.primary;
  const [postgres, redis, minio] = await Promise.all([
    startPostgres({ username: 'dify', password: secret('DIFY_PG_PASSWORD'), databases: [...databases] }),
    startRedis({ password: secret('DIFY_REDIS_PASSWORD') }),
    startMinio({ accessKey, secretKey, buckets: [...buckets, ...REGIONS.standby.buckets] }),
  ]);
  servers = { postgres, redis, minio };
  await postgres.query(`${MAIN_SQL} CREATE TABLE accounts (id int);`, 'dify');
  await postgres.query(PLUGIN_SQL, 'dify_plugin');
  await writeObjects(join(folder, 'objects'));
  await writePackages(join(folder, 'packages'));
  await upload(join(folder, 'objects'), 'dify');
  await upload(join(folder, 'packages'), 'dify-plugin');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-regions-'));
  identity = await generateX25519Identity();
  await writeFile(join(folder, 'key.txt'), `${identity}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'password'), 'only-for-the-repository', { mode: 0o600 });
  const [client, { restic }, rclone, [port = 0]] = await Promise.all([
    debianPostgres(),
    ensure(['restic']),
    debianTree(DEBIAN_SETS.rclone),
    freePorts(1, new Set()),
    startServers(),
  ]);
  primaryUrl = `http://127.0.0.1:${port}`;
  const folders = [client.programs, path.dirname(restic), ...(rclone.env.PATH ?? '').split(':')];
  const more = { folders, env: client.env };
  scene = await createKubernetesFixture(testbed.cluster, REGIONS.standby.namespace, { more });
  const places = { backups: 'a folder', images: 'docker.io', secrets: 'key.txt', dns: 'Route 53' };
  primary = await scene.workplace(await file('primary', { standby: places }));
  const urls = [primaryUrl];
  standby = await scene.workplace(await file('standby', { standby: places, primary: { name: 'dify', urls } }));
  await writeSecretKey(primary.folder);
  for (const args of [['install', '--yes'], ['backup']]) {
    const run = await primary.run(...args);
    expect(run.code, told(run)).toBe(0);
  }
}, 10 * MINUTES);
afterAll(async () => {
  await scene?.end();
  for (const server of Object.values(servers ?? {})) await server.stop();
  for (const { namespace } of Object.values(REGIONS))
    await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
  await rm(folder, { recursive: true, force: true });
});

const promotion = (...more: readonly string[]): readonly string[] => [
  ...['promote', '--yes', '--primary', 'dify', '--identity', join(folder, 'key.txt')],
  ...more,
];

test('the primary is lost: its namespace, databases and buckets', async () => {
  const { postgres, minio } = servers;
  await kubectl('delete', 'namespace', REGIONS.primary.namespace, '--timeout=120s');
  for (const name of REGIONS.primary.databases) await postgres.query(`DROP DATABASE ${name} WITH (FORCE)`, 'postgres');
  for (const bucket of REGIONS.primary.buckets) await emptyBucket(minio, bucket);
  await primary.remove();
});

interface Moment {
  /** The call that is held, if the moment is one. */
  readonly hold?: string;
  /** What else is waited for. */
  readonly seen?: (run: Running) => Promise<unknown>;
}

const MOMENTS: readonly (readonly [string, Moment])[] = [
  ['while the data is restored', { seen: (run) => run.says('ok postgres-main  ') }],
  ['before helm installs', { hold: '^helm upgrade' }],
  ['in postflight', { seen: (run) => run.says('ok apply       revision') }],
];

test.each(sample('moments of a promotion on Kubernetes', MOMENTS, 1))(
  'a promotion that is killed %s, is continued',
  async (_, { hold, seen }) => {
    const held = hold === undefined ? undefined : await scene.recorder.hold(hold);
    const run = await standby.start(...promotion());
    if (held !== undefined) {
      const early = run.outcome.then((outcome) => {
        throw new Error(told(outcome));
      });
      await Promise.race([held.reached(), early]);
    }
    await seen?.(run);
    run.kill('SIGKILL');
    const ended = await run.outcome;
    await held?.release();
    expect(ended.code, told(ended)).toBeUndefined();
  },
);

test('the next run completes it: every row, key and object is in the standby region', async () => {
  const { postgres, minio } = servers;
  const last = await standby.run(...promotion('-o', 'json'));
  expect(last.code, told(last)).toBe(0);
  const { outcome, install, postflight, next } = JSON.parse(last.stdout);
  expect({ outcome, install, postflight }).toMatchObject({ outcome: 'promoted', install: { exitCode: 0 } });
  expect(postflight).toMatchObject({ fail: 0 });
  expect(next.at(0)).toMatch(/^point the DNS records of \S+ at this installation \(Route 53\)$/);
  expect(await postgres.query('SELECT count(*) FROM upload_files', 'dify_b')).toBe('3');
  expect(await postgres.query('SELECT count(*) FROM plugin_installations', 'dify_plugin_b')).toBe('1');
  expect((await bucketContents(minio, 'dify-b')).size).toBe((await readFiles('objects')).length);
  expect((await bucketContents(minio, 'dify-plugin-b')).size).toBe((await readFiles('packages')).length);
  expect(await scene.objects('leases')).toEqual([]);
  expect(await leftRunning(scene.recorder.folder)).toEqual([]);
  expect((await scene.helmHistory()).at(-1)).toMatch(/ deployed$/);
});

test('a completed promotion is not repeated', async () => {
  const history = await scene.helmHistory();
  const again = await standby.run(...promotion('-o', 'json'));
  expect(again.code, told(again)).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'unchanged', stage: 'promoted', invariants: [] });
  expect(await scene.helmHistory()).toEqual(history);
});

async function readFiles(name: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
