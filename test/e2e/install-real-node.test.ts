import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import { CHART } from '../support/chart.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { findingsOf, matching } from '../support/findings.ts';
import { type Kubectl, POD_SCENES, removeForeign, runAhead } from '../support/kubernetes-faults.ts';
import { createKubernetesFixture, type KubernetesFixture, SECRETS } from '../support/kubernetes-fixture.ts';
import { openKubernetes, WORK } from '../support/open-targets.ts';
import { GREEN, loadImages, QUICK_PROBES, statuses } from '../support/real-installation.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { type PostgresService, startPostgres } from '../testbed/services/postgres.ts';
import { type RedisService, startRedis } from '../testbed/services/redis.ts';
import type { Service } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';
import { startWeaviate } from '../testbed/services/weaviate.ts';

/**
 * A test installation whose every pod is a real one: probes, logs, Services, volumes and port-forwards as they are.
 * Dify's own images are stand-ins (test/testbed/images); nginx, squid and the data services are the real programs.
 */
const testbed = useCluster({ nodes: '0', realNode: true, tools: ['kubectl', 'helm4'] });

const INSTALL = ['install', '--tier', 'test', '--target', 'kubernetes', '--yes'] as const;
const FAIL = '{ STAND_IN_FAIL: exit 3 after 100ms }';
const TOLD = expect.stringContaining('told to exit with code 3');

/** Bundled data services, unless `over` says otherwise. */
function trial(namespace: string, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const address = 'http://dify.example.test';
  const reason = 'a machine of two cores';
  return {
    tier: 'test',
    target: {
      type: 'kubernetes',
      context: testbed.cluster.context,
      namespace,
      chart: { path: CHART },
      storageClass: 'fast-rwx',
    },
    urls: { console: address, api: address, app: address, files: address },
    postgres: { mode: 'bundled' },
    redis: { mode: 'bundled' },
    objectStorage: { provider: 'local' },
    vectorStore: { mode: 'bundled' },
    recovery: undefined,
    acceptedRisks: ['cluster.capacity.nodes', 'cluster.capacity.fit'].map((check) => ({ check, reason })),
    ...over,
  };
}

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** `node ready` of every pod of the namespace that runs, each once. */
async function pods({ namespace }: KubernetesFixture): Promise<readonly string[]> {
  const ready = '{.status.conditions[?(@.type=="Ready")].status}';
  const columns = `jsonpath={range .items[*]}{.spec.nodeName} ${ready}{"\\n"}{end}`;
  const lines = await testbed.cluster.kubectl([
    'get',
    'pods',
    '-n',
    namespace,
    '--field-selector=status.phase!=Succeeded',
    '-o',
    columns,
  ]);
  return [...new Set(lines.trim().split('\n'))];
}

// The three subcharts of a chart under test may be empty: what is bundled is tried with our own.
describe.skipIf(process.env.DIFYCTL_TEST_CHART !== undefined)('with bundled data services', () => {
  let scene: KubernetesFixture;
  let place: TempWorkspace;
  let first: Outcome;
  const kubectl: Kubectl = (...args) => testbed.cluster.kubectl(['-n', scene.namespace, ...args]);

  beforeAll(async () => {
    scene = await createKubernetesFixture(testbed.cluster, 'bundled');
    place = await scene.workplace(trial(scene.namespace, { extraValues: QUICK_PROBES }));
    await loadImages(testbed.cluster, place);
    first = await place.run(...INSTALL, '--timeout', '4m', '-o', 'json');
  });
  afterAll(async () => {
    // Two cores hold one installation at a time. A namespace that is being deleted gets no new pods.
    await kubectl('delete', 'namespace', scene.namespace, '--ignore-not-found', '--wait=false');
    await kubectl('delete', 'pods', '--all', '--grace-period=1', '--wait=false');
    await kubectl('delete', 'namespace', scene.namespace, '--ignore-not-found', '--timeout=120s');
    await scene.end();
  });

  test('an installation is deployed, and every pod of it becomes ready on the real node', async () => {
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(report(first)).toMatchObject({ kind: 'InstallReport', outcome: 'applied', revision: 1, releaseRevision: 1 });
    expect(report(first).preflight.checks).toContainEqual(
      expect.objectContaining({
        id: 'cluster.capacity.nodes',
        status: 'warn',
        accepted: { reason: 'a machine of two cores' },
      }),
    );
    expect(await pods(scene)).toEqual(['real-1 True']);
    expect(await scene.objects('leases')).toEqual([]);
  });

  test('postflight requests it through a port-forward, and every check passes', async () => {
    expect(statuses(report(first).postflight)).toMatchObject(GREEN);
    const again = await place.run('postflight', '-o', 'json');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    const checks = JSON.parse(again.stdout) as CheckReport;
    expect(statuses(checks)).toMatchObject(GREEN);
    expect(checks.checks.find(({ id }) => id === 'app.routes')?.observed).toContain('port-forward to pod dify-proxy-');
  });

  test('a command runs in a component, and one that fails is an error', async () => {
    const target = openKubernetes(place, testbed.cluster.context, scene.namespace);
    expect(await target.exec('worker', ['printenv', 'MODE'], WORK)).toBe('worker\n');
    await expect(target.exec('web', ['false'], WORK)).rejects.toThrow('exit code 1');
  });

  test('status names the release and its workloads', async () => {
    const status = await place.run('status');
    expect(status).toMatchObject({ code: 0, stdout: expect.stringMatching(/deployed, release revision \d+/) });
    expect(status.stdout).toMatch(/dify-plugin-daemon +1\/1/);
  });

  test('a second run changes nothing', async () => {
    const before = await scene.helmHistory();
    const again = await place.run(...INSTALL, '-o', 'json');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(report(again)).toMatchObject({ outcome: 'unchanged', plan: { changes: [] } });
    expect(statuses(report(again).postflight)).toMatchObject(GREEN);
    expect(await scene.helmHistory()).toEqual(before);
  });

  test('in prod: an open setup, addresses without TLS, and an expired certificate', async () => {
    const certificate = await makeCertificate(place.folder, ['localhost'], { days: -1 });
    const front = await startTlsFront(certificate, 9);
    const env = { ...place.env, NODE_EXTRA_CA_CERTS: certificate.caFile };
    const prod = ['--set', 'tier=prod', '--set', `urls.files=https://localhost:${front.port}`];
    const only = ['--only', 'app.setup,app.https,names.certificate'];
    const run = await runAhead({ ...place, env }, 'postflight', ...only, ...prod, '-o', 'json');
    await front.stop();
    expect(run, run.stderr).toMatchObject({ code: 5 });
    expect(findingsOf(JSON.parse(run.stdout) as CheckReport)).toEqual({
      'app.setup': 'warn: no administrator yet: the first person who opens the page becomes administrator',
      'app.https': expect.stringMatching(/^fail: .*http: sessions and keys are sent unencrypted/),
      'names.certificate': expect.stringMatching(/^fail: .*the certificate of localhost expired on \S+/),
    });
  });

  test('every fault in a pod is found, by its own check, and nothing else is', async () => {
    let expected = {};
    for (const { faults, inject, findings } of POD_SCENES) {
      await inject(kubectl);
      expected = { ...expected, ...matching(findings) };
      const run = await runAhead(place, 'postflight', '--only', 'app.*', '--skip', 'app.restarts', '-o', 'json');
      expect(run, run.stderr).toMatchObject({ code: 5 });
      expect(findingsOf(JSON.parse(run.stdout) as CheckReport), faults).toEqual(expected);
    }
  });

  test('install undoes the faults, besides those of others', async () => {
    await removeForeign(kubectl);
    const undone = await place.run(...INSTALL, '--timeout', '4m', '-o', 'json');
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(report(undone)).toMatchObject({ outcome: 'applied' });
    expect(statuses(report(undone).postflight)).toMatchObject(GREEN);
  });

  test('a change that does not become ready is rolled back with --atomic, and its last log lines are kept', async () => {
    const failing = ['--set', `components.api.extraEnv=${FAIL}`, '--timeout', '30s'];
    const failed = await place.run(...INSTALL, '--atomic', '-o', 'json', ...failing);
    expect(failed, failed.stderr).toMatchObject({ code: 4 });
    expect(report(failed)).toMatchObject({
      outcome: 'rolled-back',
      failure: {
        failures: [
          {
            workload: 'dify-api',
            reason: expect.stringMatching(/^pod dify-api-\S+: .*(exit code 3|CrashLoopBackOff)/),
            logs: expect.arrayContaining([TOLD]),
          },
        ],
      },
    });
    expect((await scene.helmHistory()).at(-1)).toMatch(/^\d+ deployed$/);
    expect(await place.run('postflight')).toMatchObject({ code: 0 });
  });
});

describe('with external data services', () => {
  const services: Service[] = [];
  let postgres: PostgresService;
  let redis: RedisService;
  let scene: KubernetesFixture;
  let place: TempWorkspace;

  async function started<T extends Service>(service: Promise<T>): Promise<T> {
    services.push(await service);
    return service;
  }

  /** Real servers of this machine, at the address by which the node's pods reach it. */
  async function external(): Promise<Record<string, unknown>> {
    const bind = testbed.cluster.realNode?.hostAddress ?? '';
    const secret = (name: string): string => SECRETS[name] ?? '';
    const accessKey = secret('DIFY_S3_ACCESS_KEY');
    const secretKey = secret('DIFY_S3_SECRET_KEY');
    const login = { bind, username: 'dify', password: secret('DIFY_PG_PASSWORD') };
    const [database, cache, minio, weaviate] = await Promise.all([
      started(startPostgres({ ...login, databases: ['dify', 'dify_plugin'] })),
      started(startRedis({ bind, password: secret('DIFY_REDIS_PASSWORD') })),
      started(startMinio({ bind, accessKey, secretKey, buckets: ['dify', 'dify-plugin'] })),
      started(startWeaviate({ bind, apiKey: secret('DIFY_WEAVIATE_API_KEY') })),
    ]);
    [postgres, redis] = [database, cache];
    return {
      postgres: { mode: 'external', host: bind, port: postgres.port, password: { env: 'DIFY_PG_PASSWORD' } },
      redis: { mode: 'external', host: bind, port: redis.port, password: { env: 'DIFY_REDIS_PASSWORD' } },
      objectStorage: {
        provider: 's3',
        s3: {
          endpoint: minio.endpoint,
          bucket: 'dify',
          region: minio.region,
          addressStyle: 'path',
          accessKey: { env: 'DIFY_S3_ACCESS_KEY' },
          secretKey: { env: 'DIFY_S3_SECRET_KEY' },
        },
      },
      vectorStore: {
        mode: 'external',
        provider: 'weaviate',
        weaviate: {
          url: weaviate.url,
          grpcUrl: `grpc://${bind}:${weaviate.grpcPort}`,
          apiKey: { env: 'DIFY_WEAVIATE_API_KEY' },
        },
      },
    };
  }

  beforeAll(async () => {
    scene = await createKubernetesFixture(testbed.cluster, 'elsewhere');
    place = await scene.workplace(trial(scene.namespace, await external()));
    await loadImages(testbed.cluster, place);
  });
  afterAll(async () => {
    await scene.end();
    for (const service of services) await service.stop();
  });

  test('a first install that fails names the component with its last lines, and the next run continues', async () => {
    const failing = ['--set', `components.pluginDaemon.extraEnv=${FAIL}`, '--timeout', '35s'];
    const failed = await place.run(...INSTALL, ...failing);
    expect(failed, failed.stderr).toMatchObject({ code: 4 });
    const said = failed.stdout + failed.stderr;
    expect(said).toMatch(/plugin-daemon.* did not become ready in 35 s/);
    expect(said).toMatch(/dify-plugin-daemon pod dify-plugin-daemon-/);
    expect(said).toContain('told to exit with code 3');
    expect(said).toContain('nothing was rolled back');

    const healed = await place.run(...INSTALL, '--timeout', '4m', '-o', 'json');
    expect(healed, healed.stderr).toMatchObject({ code: 0 });
    expect(report(healed)).toMatchObject({ outcome: 'applied', releaseRevision: 2 });
    expect(statuses(report(healed).postflight)).toMatchObject(GREEN);
    expect(await pods(scene)).toEqual(['real-1 True']);
    expect(await postgres.query('SELECT version FROM dify_stand_in_release', 'dify')).toBe('1.16.1');
    expect(await scene.objects('persistentvolumeclaims,statefulsets')).toEqual([]);
  });

  test('a migration that hangs or fails changes no workload and shows its log, and the next run continues', async () => {
    const workloads = () =>
      testbed.cluster.kubectl([
        'get',
        'deployments',
        '-n',
        scene.namespace,
        '-o',
        'jsonpath={.items[*].metadata.generation}',
      ]);
    const before = { workloads: await workloads(), releases: await scene.helmHistory() };
    const change = ['--set', 'components.api.extraEnv={NOTE: new}'];
    const stopped = async (...options: readonly string[]) => {
      const run = await place.run(...INSTALL, ...change, '-o', 'json', ...options);
      expect(run, run.stderr).toMatchObject({ code: 4 });
      expect({ workloads: await workloads(), releases: await scene.helmHistory() }).toEqual(before);
      return report(run);
    };

    // As another process that migrates and does not end.
    await redis.command('SET', 'db_upgrade_lock', '1');
    expect(await stopped('--timeout', '12s')).toMatchObject({
      outcome: 'failed',
      failure: {
        summary: 'the database migration failed, so nothing was rolled out',
        state: 'release dify is still at revision 2; no workload was changed',
        failures: [
          {
            workload: expect.stringMatching(/^dify-migration-/),
            reason: 'it did not end within 12 s and was stopped',
            logs: expect.arrayContaining(['Database migration skipped']),
          },
        ],
      },
    });
    expect(await scene.objects('jobs')).toHaveLength(1);
    await redis.command('DEL', 'db_upgrade_lock');

    await postgres.query("UPDATE dify_stand_in_release SET version = '9.9.9'", 'dify');
    const { failure } = await stopped();
    expect(failure?.failures[0]).toMatchObject({
      reason: expect.stringContaining('exit code 1'),
      logs: expect.arrayContaining([expect.stringContaining("Can't locate revision identified by")]),
    });

    await postgres.query("UPDATE dify_stand_in_release SET version = '1.16.0'", 'dify');
    const healed = await place.run(...INSTALL, ...change, '--timeout', '4m', '-o', 'json');
    expect(healed, healed.stderr).toMatchObject({ code: 0 });
    expect(report(healed)).toMatchObject({ outcome: 'applied', releaseRevision: 3 });
    expect(await postgres.query('SELECT version FROM dify_stand_in_release', 'dify')).toBe('1.16.1');
    expect(await scene.objects('jobs')).toHaveLength(1);
  });
});
