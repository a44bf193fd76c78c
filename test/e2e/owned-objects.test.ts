import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWN_KINDS, type OwnKindName } from '../../src/checklist/own-kinds.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import { CHART } from '../support/chart.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture } from '../support/kubernetes-fixture.ts';
import { installCrds } from '../testbed/cluster/crds.ts';
import { useCluster } from '../testbed/fixtures.ts';

/** One life of an installation with every kind of object that difyctl creates outside the chart. */
const testbed = useCluster({ nodes: '6x8C32G', zones: 3 });

/** ExternalSecrets replace the Secret, which another test has (`external-secrets.test.ts`). */
const STORED: readonly OwnKindName[] = ['externalSecret', 'externalSecretBeta'];

/** The own kinds that a chart makes superfluous: the newer one has a sandbox that reads its key from the Secret. */
const CHART_ROWS: readonly ChartRow[] = [
  { chart: '0.31.0', version: '1.9.1', scaled: 'dify-code-sandbox', without: STORED },
  { chart: '0.38.0-rc2', version: '1.16.1', scaled: 'dify-sandbox', without: ['service', ...STORED] },
];

interface ChartRow {
  readonly chart: string;
  readonly version: string;
  /** The Deployment of the sandbox. */
  readonly scaled: string;
  readonly without: readonly OwnKindName[];
}

/** Upstream's charts are not part of this repository; without them, its own copy of the newest layout counts. */
const folder = process.env.DIFYCTL_TEST_CHARTS;
const charts = folder === undefined ? CHART_ROWS.slice(-1) : CHART_ROWS;
const chartPath = (chart: string): string => (folder === undefined ? CHART : join(folder, chart));

const cases = charts.flatMap((row) => ([3, 4] as const).map((helm) => ({ ...row, helm })));

const RECIPIENT = `age1${'q'.repeat(58)}`;

/** Everything that makes difyctl create an object, in both forms of each autoscaler. */
const EVERYTHING = {
  target: {
    httpRoute: { gateway: { name: 'public' } },
    monitoring: { rules: true, dashboard: true },
    networkPolicy: { enabled: true },
  },
  components: {
    sandbox: { autoscaling: { maxReplicas: 6, cpuPercent: 70 } },
    worker: {
      autoscaling: { maxReplicas: 6, queueLength: 50 },
      pools: { bulk: { queues: ['dataset'], autoscaling: { maxReplicas: 6, cpuPercent: 70 } } },
    },
  },
  recovery: {
    backup: {
      repository: 's3:https://127.0.0.1/backups',
      image: 'example.test/difyctl:1',
      interval: '24h',
      password: { env: 'DIFY_PG_PASSWORD' },
      s3: { accessKey: { env: 'DIFY_S3_ACCESS_KEY' }, secretKey: { env: 'DIFY_S3_SECRET_KEY' } },
      recipients: [RECIPIENT],
    },
  },
} as const;

/** The fields that the second install leaves out. Their kinds then have no object. */
const LEFT_OUT = {
  target: { networkPolicy: { enabled: false } },
  components: { sandbox: { autoscaling: { maxReplicas: 6, cpuPercent: 70 }, extraEnv: { NOTE: 'second' } } },
} as const;

const GATEWAY = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'public' },
  spec: { gatewayClassName: 'none', listeners: [{ name: 'https', port: 80, protocol: 'HTTP' }] },
};

describe.each(cases)('chart $chart with helm $helm', ({ chart, version, scaled, without, helm }) => {
  let there: KubernetesFixture;
  let place: TempWorkspace;
  const kubectl = (...args: readonly string[]) => testbed.cluster.kubectl(['-n', there.namespace, ...args]);

  beforeAll(async () => {
    await installCrds(testbed.cluster, ['gatewayApi', 'prometheusOperator', 'keda', 'externalSecrets']);
    there = await createKubernetesFixture(testbed.cluster, `owned-${chart.replaceAll('.', '-')}-${helm}`, { helm });
    await testbed.cluster.kubectl(['create', 'namespace', there.namespace]);
    await testbed.cluster.apply({ ...GATEWAY, metadata: { name: 'public', namespace: there.namespace } });
    place = await there.workplace({ version });
  });
  afterAll(async () => {
    await there.end();
    await testbed.cluster.kubectl(['delete', 'namespace', there.namespace, '--ignore-not-found', '--wait=false']);
  });

  /** Names of the own kinds of which the namespace has an object of this deployment, without Jobs that ended. */
  async function ownKinds(): Promise<readonly string[]> {
    const resources = Object.values(OWN_KINDS).map(({ apiVersion, resource }) => {
      const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
      return `${resource}${group}`;
    });
    const text = await kubectl('get', [...new Set(resources)].join(','), '-l', 'difyctl/deployment=dify', '-o', 'json');
    const { items } = JSON.parse(text) as { readonly items: readonly { readonly kind: string }[] };
    const kinds = new Set(items.map(({ kind }) => kind));
    return Object.entries(OWN_KINDS)
      .filter(([, { kind }]) => kinds.has(kind))
      .map(([name]) => name)
      .sort();
  }

  const replicas = (name: string) => kubectl('get', `deployment/${name}`, '-o', 'jsonpath={.spec.replicas}');
  const settings = (file: object): readonly string[] => assignments(file, '').flatMap((one) => ['--set', one]);
  const chartSetting = ['--set', `target.chart={ path: ${chartPath(chart)} }`];

  test('every kind is applied, and the API server accepts every object', async () => {
    const preflight = await place.run(
      'preflight',
      '--only',
      'cluster.*',
      '-o',
      'json',
      ...chartSetting,
      ...settings(EVERYTHING),
    );
    const { checks } = JSON.parse(preflight.stdout) as InstallReport['preflight'];
    const ids = ['cluster.permissions', 'cluster.kinds', 'cluster.admission', 'cluster.gateway'];
    expect(checks.filter(({ id }) => ids.includes(id)).map(({ id, status }) => `${id} ${status}`)).toEqual(
      ids.map((id) => `${id} pass`),
    );

    const installed = await install(EVERYTHING);
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
    const all = Object.keys(OWN_KINDS) as OwnKindName[];
    expect(await ownKinds()).toEqual(all.filter((name) => !without.includes(name)).sort());
  });

  test('a second install resets no autoscaler, and deletes the objects of what it leaves out', async () => {
    // As the autoscaler does: the testbed serves no metrics.
    await kubectl('scale', `deployment/${scaled}`, '--replicas=5');
    const changed = await install(LEFT_OUT);
    expect(changed, changed.stderr).toMatchObject({ code: 0 });
    expect(report(changed)).toMatchObject({ outcome: 'applied', revision: 2 });
    expect(await replicas(scaled)).toBe('5');
    const kept: readonly OwnKindName[] = ['budget', 'job', ...(chart === '0.31.0' ? SANDBOX : [])];
    expect(await ownKinds()).toEqual(kept.toSorted());
  });

  test('an uninstall removes them all', async () => {
    const removed = await place.run('uninstall', 'dify', '--yes');
    expect(removed, removed.stderr).toMatchObject({ code: 0 });
    expect(await ownKinds()).toEqual([]);
    expect(await there.objects('deployments,services,configmaps')).toEqual(['configmap/kube-root-ca.crt']);
  });

  const install = (file: object) =>
    place.run('install', '--yes', '-o', 'json', ...SKIPPED, ...chartSetting, ...settings(file));
});

/** No KEDA runs here, so that nobody makes the autoscaler of the ScaledObject; and no repository of backups exists. */
const SKIPPED = ['--skip', 'app.autoscalers,recovery.backup.*'];

/** What difyctl creates for the sandbox of an old chart. */
const SANDBOX: readonly OwnKindName[] = ['autoscaler', 'deployment', 'service'];

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** `path=value` for each leaf at the third level: the value is YAML. */
function assignments(file: object, path: string): readonly string[] {
  return Object.entries(file).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return at.includes('.') ? [`${at}=${JSON.stringify(value)}`] : assignments(value as object, at);
  });
}
