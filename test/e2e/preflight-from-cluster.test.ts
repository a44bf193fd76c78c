import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import { loadDeployment } from '../../src/deployment/load.ts';
import { STORAGE_CLASSES } from '../../src/evidence/cluster/classes.ts';
import { tryClaims } from '../../src/evidence/cluster/shared-claims.ts';
import type { EvidenceKey, Need } from '../../src/evidence/evidence.ts';
import { RENDERED_OBJECTS } from '../../src/evidence/rendered/set.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import { poll } from '../../src/rehearsal/plane/poll.ts';
import { CHART } from '../support/chart.ts';
import { collectContext } from '../support/check-runs.ts';
import { type CliRun, runCli } from '../support/cli.ts';
import { SECRETS } from '../support/kubernetes-fixture.ts';
import { limitedUser } from '../testbed/cluster/access.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { startListener } from '../testbed/services/listener.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { type RedisService, startRedis } from '../testbed/services/redis.ts';
import type { Service } from '../testbed/services/service.ts';

/**
 * Data services looked at from a pod on the real node: PostgreSQL and Redis of this machine, one by a Service name that
 * only the cluster knows. The pod's image holds Debian's Python in place of Dify's own.
 */
const testbed = useCluster({ nodes: '0', realNode: true, tools: ['kubectl', 'helm4'] });

const IMAGE = 'testbed.invalid/python:3.11';
const NAMESPACE = 'restricted';
const OBJECTS = 'jobs,pods,configmaps,secrets,services,persistentvolumeclaims';
const secret = (name: string): string => SECRETS[name] ?? '';

let postgres: PostgresService;
let redis: RedisService;
let silent: Service;
let folder: string;

beforeAll(async () => {
  const bind = testbed.cluster.realNode?.hostAddress ?? '';
  await testbed.cluster.realNode?.loadImages([IMAGE]);
  const databases = ['dify', 'dify_plugin'];
  [postgres, redis, silent] = await Promise.all([
    startPostgres({ bind, username: 'dify', password: secret('DIFY_PG_PASSWORD'), databases }),
    startRedis({ bind, password: secret('DIFY_REDIS_PASSWORD') }),
    startListener({ bind }),
  ]);
  folder = await mkdtemp(join(tmpdir(), 'difyctl-from-cluster-'));
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await testbed.cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'pg', namespace: NAMESPACE },
      spec: { ports: [{ port: 5432 }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'pg-1', namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': 'pg' } },
      addressType: 'IPv4',
      ports: [{ port: postgres.port, protocol: 'TCP' }],
      endpoints: [{ addresses: [bind] }],
    },
  );
});
afterAll(async () => {
  await Promise.all([postgres, redis, silent].map((service) => service.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** PostgreSQL by the name of a Service, Redis by its address. */
async function file(over: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const address = 'https://dify.example.test';
  const cwd = await mkdtemp(join(folder, 'run-'));
  const content = {
    apiVersion: 'difyctl/v1',
    name: 'dify',
    tier: 'prod',
    target: { type: 'kubernetes', context: testbed.cluster.context, namespace: NAMESPACE, chart: { path: CHART } },
    urls: { console: address, api: address, app: address, files: address },
    images: { toolImage: IMAGE },
    postgres: {
      mode: 'external',
      host: `pg.${NAMESPACE}.svc.cluster.local`,
      password: { env: 'DIFY_PG_PASSWORD' },
    },
    redis: { mode: 'external', host: redis.host, port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
    objectStorage: { provider: 'local' },
    vectorStore: { mode: 'bundled' },
    ...over,
  };
  await writeFile(join(cwd, 'difyctl.yaml'), stringify(content));
  return cwd;
}

const preflight = (cwd: string, args: readonly string[], signal?: AbortSignal) =>
  difyctl(cwd, ['preflight', ...args], signal);

async function difyctl(cwd: string, args: readonly string[], signal?: AbortSignal) {
  const env = {
    PATH: `${await testbed.cluster.binFolder()}:${process.env.PATH}`,
    HOME: folder,
    KUBECONFIG: testbed.cluster.kubeconfig,
    ...SECRETS,
  };
  return runCli([...args, '-o', 'json'], { cwd, env, ...(signal === undefined ? {} : { signal }) });
}

const FROM_CLUSTER = ['--from', 'cluster', '--only', 'postgres.reachable,postgres.login,redis.reachable,redis.login'];

function found({ stdout }: CliRun): (id: string) => CheckResult | undefined {
  const { checks } = JSON.parse(stdout) as CheckReport;
  return (id) => checks.find((check) => check.id === id);
}

/** Everything in the namespace that was not there before. */
async function leftovers(): Promise<readonly string[]> {
  const names = await testbed.cluster.kubectl(['get', OBJECTS, '-n', NAMESPACE, '-o', 'name']);
  const before = new Set(['service/pg', 'configmap/kube-root-ca.crt']);
  return names.split('\n').filter((name) => name !== '' && !before.has(name));
}

describe('from the cluster', () => {
  it('a name that only the cluster resolves is reached, and the evidence names its source', async () => {
    const cwd = await file();
    const here = await preflight(cwd, ['--only', 'postgres.reachable']);
    expect(found(here)('postgres.reachable')).toMatchObject({
      status: 'warn',
      remedy: 'difyctl preflight --from cluster',
    });

    const there = await preflight(cwd, [...FROM_CLUSTER, '--save-evidence', 'saved']);
    expect(there, there.stderr).toMatchObject({ code: 0 });
    for (const id of ['postgres.reachable', 'postgres.login', 'redis.reachable', 'redis.login']) {
      expect(found(there)(id), id).toMatchObject({
        status: 'pass',
        message: expect.stringContaining('(observed from the cluster)'),
      });
    }
    expect(found(there)('redis.reachable')?.observations?.map(({ from }) => from)).toEqual(['cluster']);
    expect(await readdir(join(cwd, 'saved'))).toEqual(
      expect.arrayContaining(['endpoints.local.json', 'endpoints.cluster.json', 'postgres.cluster.json']),
    );
    expect(await leftovers()).toEqual([]);

    const again = await preflight(cwd, ['--only', 'postgres.reachable', '--from-evidence', 'saved']);
    expect(found(again)('postgres.reachable')).toMatchObject({ status: 'pass' });
  });

  it('a service that is not reached is a failure that names the failed step', async () => {
    const host = testbed.cluster.realNode?.hostAddress;
    const cwd = await file({
      postgres: { mode: 'external', host: 'nobody.invalid', password: { env: 'DIFY_PG_PASSWORD' } },
      redis: { mode: 'external', host, port: 1, password: { env: 'DIFY_REDIS_PASSWORD' } },
    });
    const run = await preflight(cwd, FROM_CLUSTER);
    expect(run.code).toBe(3);
    expect(found(run)('postgres.reachable')).toMatchObject({
      status: 'fail',
      observed: 'nobody.invalid:5432 does not resolve (observed from the cluster)',
    });
    expect(found(run)('redis.reachable')).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('refuses the connection'),
    });
    expect(await leftovers()).toEqual([]);

    const install = await difyctl(cwd, ['install', '--yes', ...FROM_CLUSTER]);
    expect(install.code).toBe(3);
    const { outcome, preflight: seen } = JSON.parse(install.stdout) as InstallReport;
    expect(outcome).toBe('blocked');
    expect(seen.checks.find(({ id }) => id === 'redis.reachable')).toMatchObject({
      status: 'fail',
      sources: [{ key: 'endpoints', from: 'cluster', saved: false }],
    });
    expect(await leftovers()).toEqual([]);
  });

  it('a wrong login is a failure there too', async () => {
    const cwd = await file();
    const run = await preflight(cwd, [...FROM_CLUSTER, '--set', 'postgres.username=nobody']);
    expect(found(run)('postgres.login')).toMatchObject({ status: 'fail' });
    expect(await leftovers()).toEqual([]);
  });
});

describe('the pod of an interrupted run', () => {
  it('is removed with its run, contained no secret, and had no rights', async () => {
    const cwd = await file({
      postgres: { mode: 'external', host: silent.host, port: silent.port, password: { env: 'DIFY_PG_PASSWORD' } },
    });
    const interruption = new AbortController();
    const running = preflight(cwd, FROM_CLUSTER, interruption.signal);
    const objects = await poll('the relay is ready', async () => {
      const text = await testbed.cluster.kubectl(['get', OBJECTS, '-n', NAMESPACE, '-o', 'json']);
      return text.includes('"type": "Ready"') && text.includes('"ready": true') ? text : undefined;
    });
    interruption.abort();
    const run = await running;
    expect(run).toMatchObject({ code: 130 });
    expect(await leftovers()).toEqual([]);

    for (const value of Object.values(SECRETS)) {
      for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64')]) {
        expect(objects.includes(form), form).toBe(false);
      }
    }
    const items = (JSON.parse(objects) as { items: Record<string, unknown>[] }).items;
    expect(items.find(({ kind }) => kind === 'Pod')).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'difyctl', 'difyctl/deployment': 'dify' } },
      spec: { automountServiceAccountToken: false, containers: [{ image: IMAGE }] },
    });
    expect(items.find(({ kind }) => kind === 'Job')).toMatchObject({
      spec: { ttlSecondsAfterFinished: 30, activeDeadlineSeconds: 1_800, backoffLimit: 0 },
    });
  });
});

describe('if no relay starts, nothing is reported as observed', () => {
  async function refused(over: Readonly<Record<string, unknown>>): Promise<string | undefined> {
    const run = await preflight(await file(over), FROM_CLUSTER);
    expect(run.code).toBe(3);
    const result = found(run)('redis.reachable');
    expect(result).toMatchObject({ status: 'unknown' });
    expect(await leftovers()).toEqual([]);
    return result?.message;
  }

  it('the image cannot be pulled', async () => {
    expect(await refused({ images: { toolImage: '127.0.0.1:1/nothing:1' } })).toMatch(
      /its image 127\.0\.0\.1:1\/nothing:1 does not start: ImagePullBackOff/,
    );
  });

  it('a quota is used up', async () => {
    const metadata = { name: 'none', namespace: NAMESPACE };
    await testbed.cluster.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '0' } } });
    await poll('the quota is counted', async () => {
      const used = ['get', 'resourcequota', 'none', '-n', NAMESPACE, '-o', 'jsonpath={.status.hard.pods}'];
      return (await testbed.cluster.kubectl(used)) === '0' ? true : undefined;
    });
    expect(await refused({})).toMatch(/its pod is refused: .*exceeded quota: none/);
    await testbed.cluster.kubectl(['delete', 'resourcequota', 'none', '-n', NAMESPACE]);
  });

  it('the namespace does not exist', async () => {
    const target = {
      type: 'kubernetes',
      context: testbed.cluster.context,
      namespace: 'nowhere',
      chart: { path: CHART },
    };
    expect(await refused({ target })).toContain('namespace nowhere does not exist: kubectl create namespace nowhere');
  });
});

describe('a simulated node and a user without rights', () => {
  it('is not treated as a real node', async () => {
    const [simulated = ''] = await testbed.cluster.addNodes('1x8C32G');
    await testbed.cluster.cordon('real-1');
    try {
      const run = await preflight(await file(), FROM_CLUSTER);
      expect(found(run)('redis.reachable')).toMatchObject({
        status: 'unknown',
        message: expect.stringContaining(`its pod is on node ${simulated}, which is simulated (kwok)`),
      });
    } finally {
      await testbed.cluster.cordon('real-1', false);
      await testbed.cluster.removeNode(simulated);
    }
    expect(await leftovers()).toEqual([]);
  });

  it('sees every missing right, and nothing is created', async () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
    const kubeconfig = await limitedUser(testbed.cluster, { name: 'looker', namespace: 'lookers', rules });
    const target = { type: 'kubernetes', namespace: 'lookers', chart: { path: CHART } };
    const run = await preflight(await file({ target }), [...FROM_CLUSTER, '--kubeconfig', kubeconfig]);
    expect(found(run)('redis.reachable')).toMatchObject({
      status: 'unknown',
      message:
        'not observed from the cluster: create jobs.batch, delete jobs.batch, create pods/portforward in namespace lookers',
    });
  });
});

describe('--deep', () => {
  const planned = (storageClass: string) => ({
    target: {
      type: 'kubernetes',
      context: testbed.cluster.context,
      namespace: NAMESPACE,
      chart: { path: CHART },
      storageClass,
    },
  });

  it('creates a claim for shared volumes, waits until it is bound, and deletes it', async () => {
    const cwd = await file(planned('fast-rwx'));
    const run = await preflight(cwd, ['--deep', '--only', 'cluster.storage.read-write-many']);
    expect(found(run)('cluster.storage.read-write-many')).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(/a ReadWriteMany claim of class fast-rwx was bound in \d+ s/),
    });
    expect(await leftovers()).toEqual([]);
  });

  it('also creates a pod if a class waits for one, and names the claims that are not bound', async () => {
    const { deployment } = await loadDeployment(join(await file(planned('standard')), 'difyctl.yaml'));
    const kubeArgs = ['--kubeconfig', testbed.cluster.kubeconfig];
    const undoing: (() => Promise<string | undefined>)[] = [];
    const context = collectContext({
      deployment,
      kubeArgs,
      deep: true,
      undoLater: (undo) => void undoing.push(undo),
      runner: createRunner({
        env: { PATH: await testbed.cluster.binFolder(), HOME: folder },
        hiddenNames: new Set(),
        passNames: new Set(),
        redact: (text) => text,
      }),
    });
    const known: Readonly<Record<string, unknown>> = {
      [RENDERED_OBJECTS.name]: { claims: [{ name: 'x', accessModes: ['ReadWriteMany'], storageClass: 'standard' }] },
      [STORAGE_CLASSES.name]: [{ name: 'standard', provisioner: 'rancher.io/local-path', isDefault: true }],
    };
    const need: Need = async <T>({ name }: EvidenceKey<T>) => known[name] as T;
    const trials = await tryClaims(context, need, 2_000);
    expect(trials).toMatchObject([{ storageClass: 'standard', bound: false, why: expect.stringMatching(/\w+/) }]);
    expect(await leftovers()).toEqual(
      [expect.stringMatching(/^job/), expect.stringMatching(/^pod/), expect.stringMatching(/^persistent/)].sort(),
    );
    expect(await Promise.all(undoing.map((undo) => undo()))).toEqual([undefined]);
    expect(await leftovers()).toEqual([]);
  });
});

describe('a user who may not list nodes', () => {
  it('uses the nodes that the platform team saved, and collects the rest', async () => {
    const platform = await mkdtemp(join(folder, 'platform-'));
    await preflight(platform, ['--tier', 'prod', '--only', 'cluster.capacity.nodes', '--save-evidence', 'saved']);

    const rules = [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list'] }];
    const kubeconfig = await limitedUser(testbed.cluster, { name: 'tenant', namespace: 'tenants', rules });
    const cwd = await file({ target: { type: 'kubernetes', namespace: 'tenants', chart: { path: CHART } } });
    const asked = ['--only', 'cluster.capacity.nodes,cluster.reachable', '--kubeconfig', kubeconfig];
    const alone = await preflight(cwd, asked);
    expect(found(alone)('cluster.capacity.nodes')).toMatchObject({
      status: 'unknown',
      message: 'not observed: list nodes',
    });

    const saved = join(platform, 'saved');
    const helped = await preflight(cwd, [...asked, '--from-evidence', saved]);
    expect(found(helped)('cluster.capacity.nodes')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/\(cluster\.nodes and .* from --from-evidence of 2026-11-22\)/),
      sources: expect.arrayContaining([expect.objectContaining({ key: 'cluster.nodes', saved: true })]),
    });
    expect(found(helped)('cluster.reachable')?.sources).toBeUndefined();
    expect(found(helped)('cluster.reachable')).toMatchObject({ status: 'pass' });
    // The tenant may not read kube-system: that the server is the same is enough.
    expect(helped.stderr).not.toContain('collected at');

    const origin = join(saved, 'origin.json');
    const place = JSON.parse(await readFile(origin, 'utf8')) as { readonly cluster: { readonly uid: string } };
    expect(place).not.toHaveProperty('deployment');
    const moved = { ...place, cluster: { uid: 'another', server: 'https://elsewhere:6443', ca: '' } };
    await writeFile(origin, JSON.stringify(moved));
    const told = await preflight(cwd, [...asked, '--from-evidence', saved]);
    expect(told.stderr).toMatch(/was collected at https:\/\/elsewhere:6443, but this server is https:\/\/\d/);
    const refused = await preflight(cwd, ['--only', 'cluster.capacity.nodes', '--from-evidence', saved]);
    expect(refused).toMatchObject({ code: 2, stdout: expect.stringContaining('was collected in another cluster') });
  });
});

it('saved files of the run contain no secret', async () => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of files.filter((one) => one.isFile())) {
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    for (const value of Object.values(SECRETS)) expect(text.includes(value), entry.name).toBe(false);
  }
});
