import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobState } from '../../src/jobs/job-state.ts';
import { MAIN_SQL, PLUGIN_SQL, SECRET_KEY, writeObjects, writePackages } from '../support/dify-data.ts';
import type { TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { makeToolImage, TOOL_IMAGE_SOURCES } from '../support/tool-image.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { type MinioService, startMinio } from '../testbed/services/minio.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';

/**
 * The CronJobs of a deployment on a real node: the image of templates/Dockerfile, as an engine builds it, makes,
 * verifies, drills and prunes sets of a real PostgreSQL and a real MinIO.
 */
const host = useDockerHost(TOOL_IMAGE_SOURCES);
const testbed = useCluster({ nodes: '0', realNode: true, tools: ['kubectl', 'helm4'] });

const IMAGE = 'registry.example/ops/difyctl:test';
const NAMESPACE = 'scheduled';
const MINUTES = 60_000;

let folder = '';
let postgres: PostgresService;
let minio: MinioService;
let scene: KubernetesFixture;
let place: TempWorkspace;

const secret = (name: string): string => SECRETS[name] ?? '';
const kubectl = (...args: readonly string[]): Promise<string> => testbed.cluster.kubectl(['-n', NAMESPACE, ...args]);

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
  return {
    tier: 'test',
    secrets: { secretKey: { file: './secret-key' } },
    postgres: { mode: 'external', host: bind, port: postgres.port, password: { env: 'DIFY_PG_PASSWORD' } },
    objectStorage: { provider: 's3', s3: { ...s3, bucket: 'dify', pluginBucket: 'dify-plugin' } },
    recovery: {
      vectorStore: { strategy: 'rebuild' },
      drills: { interval: '90d' },
      backup: {
        repository: `s3:${minio.endpoint}/backup`,
        interval: '6h',
        image: IMAGE,
        password: { file: './backup-password' },
        s3: keys,
        recipients: [await identityToRecipient(await generateX25519Identity())],
      },
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-scheduled-'));
  const bind = testbed.cluster.realNode?.hostAddress ?? '';
  const [accessKey, secretKey] = [secret('DIFY_S3_ACCESS_KEY'), secret('DIFY_S3_SECRET_KEY')];
  postgres = await startPostgres({
    bind,
    username: 'dify',
    password: secret('DIFY_PG_PASSWORD'),
    databases: ['dify', 'dify_plugin'],
  });
  minio = await startMinio({ bind, accessKey, secretKey, buckets: ['dify', 'dify-plugin', 'backup'] });
  await postgres.query(`${MAIN_SQL} CREATE TABLE accounts (id int);`, 'dify');
  await postgres.query(PLUGIN_SQL, 'dify_plugin');
  await writeObjects(join(folder, 'objects'));
  await writePackages(join(folder, 'packages'));
  await upload(join(folder, 'objects'), 'dify');
  await upload(join(folder, 'packages'), 'dify-plugin');

  await mkdir(join(folder, 'image'));
  await makeToolImage(host.docker, join(folder, 'image'), IMAGE);
  const archive = join(folder, 'image.tar');
  await execa(host.docker.docker, ['save', '--output', archive, IMAGE], { env: host.docker.env, stdin: 'ignore' });
  await testbed.cluster.realNode?.importImage(archive);

  scene = await createKubernetesFixture(testbed.cluster, NAMESPACE);
  place = await scene.workplace(await file());
  await writeFile(join(place.folder, 'secret-key'), SECRET_KEY, { mode: 0o600 });
  await writeFile(join(place.folder, 'backup-password'), 'planted-repository-2c71', { mode: 0o600 });
  await testbed.cluster.kubectl(['create', 'namespace', NAMESPACE]);
  const rendered = await place.run('render', '--out', 'rendered');
  expect(rendered, rendered.stderr).toMatchObject({ code: 0 });
  const secrets = await place.run('secrets', 'apply', '--yes');
  expect(secrets, secrets.stderr).toMatchObject({ code: 0 });
}, 15 * MINUTES);
afterAll(async () => {
  await scene?.end();
  await minio?.stop();
  await postgres?.stop();
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

test('the API server accepts every object of the schedule', async () => {
  const folder = join(place.folder, 'rendered', 'manifests');
  const names = (await readdir(folder)).filter((name) => /-(backup|verify|prune|drill)\.yaml$/.test(name));
  const files = names.flatMap((name) => ['-f', join(folder, name)]);
  const lines = (text: string) => text.trim().split('\n').length;
  expect(lines(await kubectl('apply', '--server-side', '--dry-run=server', ...files))).toBe(names.length);
  expect(lines(await kubectl('apply', '--server-side', ...files))).toBe(names.length);
  expect(await scene.objects('cronjobs')).toEqual(
    ['backup', 'drill', 'prune', 'verify'].map((work) => `cronjob.batch/dify-${work}`),
  );
});

test(
  'a backup, a verification, a drill and a prune run in their pods',
  async () => {
    for (const work of ['backup', 'verify', 'drill', 'prune']) {
      const log = await runOnce(work);
      for (const value of [...Object.values(SECRETS), SECRET_KEY, 'planted-repository-2c71'])
        expect(log).not.toContain(value);
    }
  },
  15 * MINUTES,
);

test.each([
  ['list secrets', 'yes'],
  ['create leases.coordination.k8s.io', 'yes'],
  ['delete secrets', 'no'],
  ['list pods', 'no'],
  ['create pods/exec', 'no'],
  ['update deployments.apps', 'no'],
])('the service account may %s: %s', async (right, answer) => {
  const as = `--as=system:serviceaccount:${NAMESPACE}:dify-backup`;
  const said = await kubectl('auth', 'can-i', ...right.split(' '), as).catch((error: unknown) => String(error));
  expect(said).toMatch(new RegExp(`(^|\\n)${answer}\\n?`));
});
