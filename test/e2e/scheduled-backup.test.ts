import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path, { join, relative } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import { withPortForward } from '../../src/evidence/app/port-forward.ts';
import { kubectl as kubectlOf } from '../../src/exec/kubectl.ts';
import { jobState } from '../../src/jobs/job-state.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { bucketContents, emptyBucket } from '../support/bucket-objects.ts';
import { CHART } from '../support/chart.ts';
import {
  generatedSecret,
  MAIN_SQL,
  PLUGIN_SQL,
  SECRET_KEY,
  TENANT,
  writeObjects,
  writePackages,
  writeSecretKey,
} from '../support/dify-data.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { fillKnowledgeBase, KNOWLEDGE_SQL, SEGMENTS } from '../support/knowledge-base.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { runnerOf } from '../support/open-targets.ts';
import { GREEN, loadImages, statuses } from '../support/real-installation.ts';
import { makeToolImage, TOOL_IMAGE_SOURCES } from '../support/tool-image.ts';
import { startUploads, type UploadWriter } from '../support/upload-writer.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { type MinioService, startMinio } from '../testbed/services/minio.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { debianPostgres } from '../testbed/services/postgres-installation.ts';
import { type RedisService, startRedis } from '../testbed/services/redis.ts';

/**
 * An installation on a real node that makes its own backups: the image of templates/Dockerfile, as an engine builds it,
 * makes, verifies, drills and prunes sets of a real PostgreSQL, a real MinIO and the bundled Weaviate. Then everything
 * is destroyed, and restored from the newest set.
 */
const host = useDockerHost(TOOL_IMAGE_SOURCES);
const testbed = useCluster({ nodes: '0', realNode: true, tools: ['kubectl', 'helm4'] });

const IMAGE = 'registry.example/ops/difyctl:test';
const NAMESPACE = 'scheduled';
const MINUTES = 60_000;
/** A chart under test may have an empty subchart of Weaviate. */
const HAS_WEAVIATE = process.env.DIFYCTL_TEST_CHART === undefined;
const DATABASES = ['dify', 'dify_plugin'];
const BUCKETS = ['dify', 'dify-plugin'];
const REPOSITORY_PASSWORD = 'planted-repository-2c71';
const UPLOADS = `upload_files/${TENANT}/all-the-time`;
const INSTALL = ['install', '--yes', '--timeout', '6m', '-o', 'json'] as const;
const IDENTITY = ['--identity', 'key.txt'] as const;

let folder = '';
let identity = '';
let postgres: PostgresService;
let minio: MinioService;
let redis: RedisService;
let scene: KubernetesFixture;
let place: TempWorkspace;
let installed: Outcome;
let uploads: UploadWriter;

const secret = (name: string): string => SECRETS[name] ?? '';
const kubectl = (...args: readonly string[]): Promise<string> => testbed.cluster.kubectl(['-n', NAMESPACE, ...args]);
const postflightOf = ({ stdout }: Outcome) => statuses((JSON.parse(stdout) as InstallReport).postflight);

/** Puts every file of a folder into a bucket. */
async function upload(from: string, bucket: string): Promise<void> {
  const entries = (await readdir(from, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const key = relative(from, path).split('/').map(encodeURIComponent).join('/');
    const { status } = await minio.request('PUT', `/${bucket}/${key}`, { body: await readFile(path) });
    expect(status, key).toBe(200);
  }
}

async function file(): Promise<Record<string, unknown>> {
  const bind = testbed.cluster.realNode?.hostAddress ?? '';
  const keys = { accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } };
  const s3 = { endpoint: minio.endpoint, region: minio.region, addressStyle: 'path', ...keys };
  const address = 'http://dify.example.test';
  const reason = 'a machine of two cores';
  return {
    tier: 'test',
    target: {
      ...{ type: 'kubernetes', context: testbed.cluster.context, namespace: NAMESPACE },
      ...{ chart: { path: CHART }, storageClass: 'fast-rwx' },
    },
    urls: { console: address, api: address, app: address, files: address },
    postgres: { mode: 'external', host: bind, port: postgres.port, password: { env: 'DIFY_PG_PASSWORD' } },
    redis: { mode: 'external', host: bind, port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: { provider: 's3', s3: { ...s3, bucket: 'dify', pluginBucket: 'dify-plugin' } },
    vectorStore: { mode: 'bundled' },
    acceptedRisks: ['cluster.capacity.nodes', 'cluster.capacity.fit'].map((check) => ({ check, reason })),
    recovery: {
      vectorStore: HAS_WEAVIATE ? { strategy: 'snapshot', interval: '6h' } : { strategy: 'rebuild' },
      drills: { interval: '90d' },
      backup: {
        repository: `s3:${minio.endpoint}/backup`,
        interval: '6h',
        image: IMAGE,
        password: { file: './backup-password' },
        s3: keys,
        recipients: [await identityToRecipient(identity)],
      },
    },
  };
}

/** A folder of the operator with only difyctl.yaml, the password of the repository and the age key. */
async function operatorsFolder(): Promise<TempWorkspace> {
  const made = await scene.workplace(await file());
  await writeFile(join(made.folder, 'backup-password'), REPOSITORY_PASSWORD, { mode: 0o600 });
  await writeFile(join(made.folder, 'key.txt'), `${identity}\n`, { mode: 0o600 });
  return made;
}

async function startServers(): Promise<void> {
  const bind = testbed.cluster.realNode?.hostAddress ?? '';
  const [accessKey, secretKey] = [secret('DIFY_S3_ACCESS_KEY'), secret('DIFY_S3_SECRET_KEY')];
  const login = { bind, username: 'dify', password: secret('DIFY_PG_PASSWORD') };
  postgres = await startPostgres({ ...login, databases: DATABASES });
  redis = await startRedis({ bind, password: secret('DIFY_REDIS_PASSWORD') });
  minio = await startMinio({ bind, accessKey, secretKey, buckets: [...BUCKETS, 'backup'] });
  await postgres.query(`${MAIN_SQL} ${KNOWLEDGE_SQL}`, 'dify');
  await postgres.query(PLUGIN_SQL, 'dify_plugin');
  await writeObjects(join(folder, 'objects'));
  await writePackages(join(folder, 'packages'));
  await upload(join(folder, 'objects'), 'dify');
  await upload(join(folder, 'packages'), 'dify-plugin');
}

async function loadToolImage(): Promise<void> {
  await mkdir(join(folder, 'image'));
  await makeToolImage(host.docker, join(folder, 'image'), IMAGE);
  const archive = join(folder, 'image.tar');
  await execa(host.docker.docker, ['save', '--output', archive, IMAGE], { env: host.docker.env, stdin: 'ignore' });
  await testbed.cluster.realNode?.importImage(archive);
}

/** Writes the vectors of the knowledge base into the bundled Weaviate. */
async function fillVectors(): Promise<void> {
  const apiKey = await generatedSecret(place.folder, 'vectorStore.apiKey');
  const program = kubectlOf(runnerOf(place.env), ['--context', testbed.cluster.context]);
  const signal = new AbortController().signal;
  const service = { namespace: NAMESPACE, target: 'svc/weaviate', port: 80, signal };
  await withPortForward(program, service, (port) => fillKnowledgeBase({ url: `http://127.0.0.1:${port}`, apiKey }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-scheduled-'));
  identity = await generateX25519Identity();
  await startServers();
  await loadToolImage();
  const [client, { restic }, rclone] = await Promise.all([
    debianPostgres(),
    ensure(['restic']),
    debianTree(DEBIAN_SETS.rclone),
  ]);
  const folders = [client.programs, path.dirname(restic), ...(rclone.env.PATH ?? '').split(':')];
  scene = await createKubernetesFixture(testbed.cluster, NAMESPACE, { more: { folders, env: client.env } });
  place = await operatorsFolder();
  await writeSecretKey(place.folder);
  await loadImages(testbed.cluster, place);
  installed = await place.run(...INSTALL);
  expect(installed, installed.stderr).toMatchObject({ code: 0 });
  if (HAS_WEAVIATE) await fillVectors();
}, 15 * MINUTES);
afterAll(async () => {
  await scene?.end();
  for (const server of [minio, postgres, redis]) await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/**
 * Runs a CronJob once. A drill completes only if a complete set exists and every invariant holds. Returns the log of its
 * pod, or fails with the log if the Job does not complete.
 */
async function runOnce(work: string): Promise<string> {
  const job = `${work}-once`;
  await kubectl('create', 'job', job, `--from=cronjob/dify-${work}`);
  await kubectl('wait', `job/${job}`, '--for=jsonpath={.status.conditions[0].status}=True', '--timeout=180s').catch(
    () => '',
  );
  const state = jobState(JSON.parse(await kubectl('get', 'job', job, '-o', 'json')));
  const log = await kubectl('logs', `job/${job}`).catch(String);
  expect(state, `${log}\n${state.is === 'complete' ? '' : await kubectl('describe', 'pods')}`).toEqual({
    is: 'complete',
  });
  return log;
}

test('an install creates every CronJob of the schedule', async () => {
  expect(await scene.objects('cronjobs')).toEqual(
    ['backup', 'drill', 'prune', 'verify'].map((work) => `cronjob.batch/dify-${work}`),
  );
});

test(
  'a backup, while files are uploaded, a verification, a drill and a prune run in their pods',
  async () => {
    uploads = startUploads(minio, postgres, UPLOADS);
    try {
      const logs = [await runOnce('backup')];
      // What is written after the backup is not in its set.
      await uploads.another();
      await uploads.stop();
      for (const work of ['verify', 'drill', 'prune']) logs.push(await runOnce(work));
      for (const value of [...Object.values(SECRETS), SECRET_KEY, REPOSITORY_PASSWORD, identity])
        expect(logs.join('\n')).not.toContain(value);
    } finally {
      await uploads.stop();
    }
  },
  15 * MINUTES,
);

test('preflight and status of the operator see the set and the runs of the pods', async () => {
  const only = ['age', 'schedule', 'sets', 'verified'].map((name) => `recovery.backup.${name}`);
  const run = await place.run('preflight', '--only', only.join(','), '-o', 'json');
  expect(run, run.stderr).toMatchObject({ code: 0 });
  const report = JSON.parse(run.stdout) as CheckReport;
  expect(statuses(report)).toEqual(Object.fromEntries(only.map((id) => [id, 'pass'])));
  expect((await place.run('status')).stdout).toMatch(/, 1 set, newest dify-\S+/);
});

test.each([
  ['list secrets', 'yes'],
  ['create leases.coordination.k8s.io', 'yes'],
  ['delete secrets', 'no'],
  ['list pods', 'yes'],
  ['create pods/exec', 'no'],
  ['update deployments.apps', 'no'],
])('the service account may %s: %s', async (right, answer) => {
  const as = `--as=system:serviceaccount:${NAMESPACE}:dify-backup`;
  const said = await kubectl('auth', 'can-i', ...right.split(' '), as).catch((error: unknown) => String(error));
  expect(said).toMatch(new RegExp(`(^|\\n)${answer}\\n?`));
});

describe('after everything was destroyed', () => {
  let before: Readonly<Record<string, string>>;
  let objects: ReadonlyMap<string, string>;
  let packages: ReadonlyMap<string, string>;
  let restored: Outcome;
  let set = '';

  /** The rows of every table besides uploads, by its name. */
  async function rowsOfTables(): Promise<Readonly<Record<string, string>>> {
    const rows: Record<string, string> = {};
    for (const database of DATABASES) {
      const names = await postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database);
      for (const name of names.split('\n').filter((one) => one !== 'upload_files'))
        rows[`${database}.${name}`] = await postgres.query(`SELECT t::text FROM "${name}" t ORDER BY 1`, database);
    }
    return rows;
  }

  const invariants = ({ stdout }: Outcome): readonly string[] =>
    JSON.parse(stdout).invariants.map(({ id, status }: { id: string; status: string }) => `${id} ${status}`);
  const ALL = ['secret-key', 'tenant-keys', 'credentials', 'setup', 'schema', 'files', 'plugins'];
  const green = (vectors: string) => [...ALL.map((id) => `${id} pass`), `vectors ${vectors}`];

  beforeAll(async () => {
    before = await rowsOfTables();
    [objects, packages] = [await bucketContents(minio, 'dify'), await bucketContents(minio, 'dify-plugin')];
    const removed = await place.run('uninstall', 'dify', '--yes');
    expect(removed, removed.stderr).toMatchObject({ code: 0 });
    await testbed.cluster.kubectl(['delete', 'namespace', NAMESPACE, '--timeout=180s']);
    for (const name of DATABASES) await postgres.query(`DROP DATABASE ${name} WITH (FORCE)`, 'postgres');
    for (const bucket of BUCKETS) await emptyBucket(minio, bucket);
    await redis.command('FLUSHALL');
    await place.remove();
    place = await operatorsFolder();
  }, 10 * MINUTES);

  test('a dry run shows the steps, and changes nothing', async () => {
    const shown = await place.run('restore', 'latest', '--dry-run', ...IDENTITY, '-o', 'json');
    expect(shown, shown.stderr).toMatchObject({ code: 0 });
    expect(await testbed.cluster.kubectl(['get', 'namespaces', '-o', 'name'])).not.toContain(`/${NAMESPACE}`);
    expect(await postgres.query("SELECT datname FROM pg_database WHERE datname LIKE 'dify%'", 'postgres')).toBe('');
  });

  test('a restore into the empty place holds every invariant', async () => {
    restored = await place.run('restore', 'latest', '--yes', ...IDENTITY, '-o', 'json');
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    const { steps, ...report } = JSON.parse(restored.stdout);
    ({ set } = report);
    expect(steps.map(({ step }: { step: string }) => step)).toEqual([
      ...['secrets', 'postgres-main', 'postgres-plugin', 'objects', 'private-keys', 'plugin-storage'],
    ]);
    expect(invariants(restored)).toEqual(green('skip'));
  });

  test('the rows and the objects are those of the time of the set', async () => {
    const listed = await place.run('backup', 'list', '-o', 'json');
    const { sets } = JSON.parse(listed.stdout);
    const moment = Date.parse(sets[0].commonPoint);
    expect(await rowsOfTables()).toEqual(before);
    const sql = `SELECT key FROM upload_files WHERE key LIKE '${UPLOADS}/%' ORDER BY created_at`;
    const rows = (await postgres.query(sql, 'dify')).split('\n');
    expect(rows).toEqual(uploads.done.slice(0, rows.length).map(({ key }) => key));
    const earlier = uploads.done.filter(({ committedAt }) => committedAt < moment);
    expect(earlier.length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThanOrEqual(earlier.length);
    expect(rows.length).toBeLessThan(uploads.done.length);
    const found = await bucketContents(minio, 'dify');
    expect([...found].filter(([key, text]) => objects.get(key) !== text)).toEqual([]);
    const stored = [...objects.keys()].filter((key) => !key.startsWith(UPLOADS));
    expect([...stored, ...rows].filter((key) => !found.has(key))).toEqual([]);
    expect(await bucketContents(minio, 'dify-plugin')).toEqual(packages);
  });

  test('an install starts Dify on the restored data, and postflight passes', async () => {
    installed = await place.run(...INSTALL);
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
    expect(postflightOf(installed)).toMatchObject(GREEN);
  });

  test.skipIf(!HAS_WEAVIATE)(
    'the vectors are restored into the bundled Weaviate while the writers are stopped',
    async () => {
      const vectors = ['restore', set, '--part', 'vectors', '--yes', ...IDENTITY, '-o', 'json'] as const;
      const refused = await place.run(...vectors);
      expect(refused.code).toBe(2);
      const [stop] = (JSON.parse(refused.stdout) as { readonly next: readonly string[] }).next;
      expect(stop).toMatch(/^kubectl -n scheduled scale --replicas=0( deployment\/\S+)+$/);
      await kubectl(...(stop ?? '').split(' ').slice(3));
      await poll(
        'the writers end',
        async () => {
          const left = await kubectl('get', 'pods', '-l', 'component in (api,worker,beat,plugin-daemon)', '-o', 'name');
          return left === '' ? true : undefined;
        },
        { timeoutMs: 3 * MINUTES },
      );
      const run = await place.run(...vectors);
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(invariants(run)).toEqual(green('pass'));
      expect(JSON.parse(run.stdout).invariants.at(-1).observed).toBe(`${SEGMENTS} vectors of 1 knowledge base`);
      installed = await place.run(...INSTALL);
      expect(installed, installed.stderr).toMatchObject({ code: 0 });
      expect(postflightOf(installed)).toMatchObject(GREEN);
    },
  );

  test('a drill of the operator holds every invariant', async () => {
    const drill = await place.run('drill', ...IDENTITY, '-o', 'json');
    expect(drill, drill.stderr).toMatchObject({ code: 0 });
    expect(invariants(drill)).toEqual(green(HAS_WEAVIATE ? 'pass' : 'skip'));
  });
});
