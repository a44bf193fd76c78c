import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import { runCli } from '../support/cli.ts';
import { PLANTED, usePreflight } from '../support/cluster-preflight.ts';
import { useSharedCluster } from '../testbed/fixtures.ts';

/** Preflight of a whole deployment with real kubectl and helm, on a real control plane with simulated nodes. */
const testbed = useSharedCluster();

const preflight = usePreflight(testbed);
const { env } = preflight;

const CLUSTER = ['--only', 'tools,cluster,release,config.renders,config.pinned-images'];

it('reports no finding for a healthy cluster', async () => {
  const { code, report } = await preflight.run(CLUSTER);
  // The namespace is made by the install: nothing can be asked of it before.
  const others = report.checks.filter(({ status }) => status !== 'pass');
  // The testbed has no ingress controller, and no network plugin that enforces policies.
  expect(others).toMatchObject([
    { id: 'cluster.admission', status: 'skip' },
    { id: 'cluster.entry-replicas', status: 'skip' },
    { id: 'cluster.network-policy', status: 'warn' },
  ]);
  expect(report.checks.map(({ id }) => id)).toContain('cluster.permissions');
  expect(code).toBe(0);
});

it('reports only the requirements on a cluster, without a file', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'difyctl-nofile-'));
  const { code, stdout } = await runCli(['preflight', '--tier', 'prod', '--skip', 'tools'], { cwd, env: env() });
  await rm(cwd, { recursive: true });
  expect(stdout).toMatch(/^ok {3}cluster\.capacity\.nodes +6 of 6 nodes are 8C\/32G$/m);
  expect(stdout).toMatch(/^skip \d+ checks need a deployment file \(--verbose names them\)$/m);
  expect(code).toBe(0);
});

describe('a node that does not count', () => {
  const name = 'sim-1';
  it.each<[string, () => Promise<void>, () => Promise<void>, string]>([
    ['cordoned', () => testbed.cluster.cordon(name), () => testbed.cluster.cordon(name, false), 'is cordoned'],
    [
      'tainted',
      () => testbed.cluster.taint(name, { key: 'gpu', effect: 'NoSchedule' }),
      () => testbed.cluster.untaint(name, 'gpu'),
      'has the taint gpu:NoSchedule',
    ],
    ['not ready', () => testbed.cluster.setNotReady(name), () => testbed.cluster.setReady(name), 'is not ready'],
  ])('%s', async (_, harm, heal, words) => {
    await harm();
    const { code, check } = await preflight.run(CLUSTER);
    await heal();
    expect(check('cluster.capacity.nodes')).toMatchObject({ status: 'fail' });
    expect(check('cluster.capacity.nodes')?.message).toContain(`${name} ${words}`);
    expect(code).toBe(3);
  });
});

describe('existing pods', () => {
  /** Six pods that leave each node less than a CPU. */
  function load(namespace: string, labels: Readonly<Record<string, string>>) {
    const selector = { load: 'yes' };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'load', namespace },
      spec: {
        replicas: 6,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...selector, ...labels } },
          spec: {
            containers: [{ name: 'load', image: 'load:1', resources: { requests: { cpu: '7', memory: '1Gi' } } }],
          },
        },
      },
    };
  }
  const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  async function fitBeside(where: string, labels: Readonly<Record<string, string>>): Promise<CheckResult | undefined> {
    const { cluster } = testbed;
    await cluster.apply(namespace(where), load(where, labels));
    await cluster.kubectl(['-n', where, 'rollout', 'status', 'deployment/load', '--timeout=60s']);
    const { check } = await preflight.run(CLUSTER);
    await cluster.kubectl(['-n', where, 'delete', 'deployment', 'load', '--cascade=foreground']);
    await cluster.kubectl(['-n', where, 'wait', '--for=delete', 'pod', '-l', 'load=yes', '--timeout=60s']);
    return check('cluster.capacity.fit');
  }

  it('use their requests', async () => {
    const fit = await fitBeside('elsewhere', {});
    expect(fit?.status).toBe('fail');
    expect(fit?.message).toMatch(/× dify-.* do not fit \(/);
  });

  it('of this release replace the planned ones', async () => {
    const labels = { 'app.kubernetes.io/instance': 'dify' };
    expect((await fitBeside('dify', labels))?.status).toBe('pass');
    expect((await fitBeside('elsewhere', labels))?.status).toBe('fail');
  });
});

describe('an installed Dify', () => {
  const namespace = 'living';
  const labels = { 'app.kubernetes.io/instance': 'dify', component: 'api' };
  const api = (image: string, replicas: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'dify-api', namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'api', image }] } },
    },
  });
  beforeAll(() => testbed.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  afterAll(() => testbed.cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']));

  it.each<[string, object, string, string]>([
    [
      'newer than the file',
      api('mirror.example/langgenius/dify-api:1.17.0', 2),
      'fail',
      '1.17.0 runs, but the file says 1.16.1',
    ],
    ['scaled to nothing', api('langgenius/dify-api:1.17.0', 0), 'fail', '1.17.0 runs, but the file says 1.16.1'],
    ['the same', api('langgenius/dify-api:1.16.1', 1), 'pass', '1.16.1 is installed'],
  ])('%s', async (_, deployment, status, observed) => {
    const { cluster } = testbed;
    await cluster.apply(deployment);
    await cluster.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/dify-api', '--timeout=60s']);
    const { check } = await preflight.run(['--only', 'release.version', '--set', `target.namespace=${namespace}`]);
    await cluster.kubectl(['-n', namespace, 'delete', 'deployment', 'dify-api', '--cascade=foreground']);
    expect(check('release.version')).toMatchObject({ status, observed });
  });

  it('an image that no node could pull has not reached the database', async () => {
    const { cluster } = testbed;
    const { spec, ...rest } = api('langgenius/dify-api:1.17.0', 1);
    const nowhere = { ...spec.template.spec, nodeSelector: { nowhere: 'yes' } };
    await cluster.apply({ ...rest, spec: { ...spec, template: { ...spec.template, spec: nowhere } } });
    await cluster.kubectl(['-n', namespace, 'wait', 'deployment/dify-api', '--for=jsonpath={.status.replicas}=1']);
    const { check } = await preflight.run(['--only', 'release.version', '--set', `target.namespace=${namespace}`]);
    await cluster.kubectl(['-n', namespace, 'delete', 'deployment', 'dify-api', '--cascade=foreground']);
    expect(check('release.version')).toMatchObject({ status: 'pass', observed: 'nothing is installed yet' });
  });
});

it('finds rules of the namespace, and a DNS, that would prevent pods', async () => {
  const metadata = { name: 'team', namespace: 'strict' };
  await testbed.cluster.apply(
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '5' } } },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
      spec: { nodeSelector: { nowhere: 'yes' }, containers: [{ name: 'dns', image: 'dns:1' }] },
    },
  );
  const { check } = await preflight.run([...CLUSTER, '--set', 'target.namespace=strict']);
  await testbed.cluster.kubectl(['-n', 'kube-system', 'delete', 'pod', 'dns', '--now']);
  expect(check('cluster.quota')?.message).toMatch(/team leaves 5 of pods, the plan requests \d+/);
  expect(check('cluster.limit-range')?.message).toContain('team allows at most 1 GiB');
  expect(check('cluster.pod-security')?.message).toContain('may run as root');
  expect(check('cluster.pod-security')?.remedy).toContain('kubectl label --overwrite namespace strict');
  expect(check('cluster.dns')).toMatchObject({ status: 'fail', observed: '0 of 1 DNS pod ready' });
});

describe('a user with few rights', () => {
  let kubeconfig: string;
  beforeAll(async () => {
    const { cluster } = testbed;
    const rule = { apiGroups: [''], resources: ['secrets', 'pods'], verbs: ['get', 'list', 'watch'] };
    const metadata = { name: 'reader', namespace: 'default' };
    await cluster.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dify' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'reader', namespace: 'dify' },
        rules: [rule],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'reader', namespace: 'dify' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      },
    );
    const token = (await cluster.kubectl(['-n', 'default', 'create', 'token', 'reader'])).trim();
    kubeconfig = join(preflight.folder(), 'reader.kubeconfig');
    const admin = await cluster.kubectl(['config', 'view', '--raw', '-o', 'json']);
    const config = JSON.parse(admin) as { users: { user: object }[] };
    await writeFile(
      kubeconfig,
      JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: { token } })) }),
    );
  });

  it('sees which are missing, and how an administrator grants them', async () => {
    const { code, check } = await preflight.run(CLUSTER, kubeconfig);
    const permissions = check('cluster.permissions');
    expect(permissions?.status).toBe('fail');
    expect(permissions?.message).toMatch(/^\S*create\S* deployments\.apps$/m);
    expect(permissions?.message).not.toMatch(/ pods$/m);
    expect(permissions?.remedy).toMatch(
      /echo '\{.*\{"apiGroups":\["apps"\],"resources":\["deployments"\],"verbs":\[[^\]]*"create"[^\]]*\]\}.*\}' \| kubectl create -f -/,
    );
    expect(code).toBe(3);
  });

  it.each<[readonly string[], RegExp, boolean]>([
    // In prod, the migration is a Job, whatever the flags are.
    [[], / jobs\.batch$/m, true],
    [['--deep'], /^get\/list\/watch\/create\/delete persistentvolumeclaims$/m, true],
  ])('needs the rights that %j uses only if it is given', async (flags, words, isAsked) => {
    const { check } = await preflight.run(['--only', 'cluster.permissions', ...flags], kubeconfig);
    expect(words.test(check('cluster.permissions')?.message ?? '')).toBe(isAsked);
  });

  it('sees no failure that was not observed', async () => {
    const { check, code } = await preflight.run(['--only', 'cluster.capacity'], kubeconfig);
    for (const id of ['cluster.capacity.nodes', 'cluster.capacity.fit']) {
      expect(check(id)).toMatchObject({
        status: 'unknown',
        remedy: expect.stringContaining('ask for the missing right'),
      });
    }
    expect(code).toBe(3);
  });
});

it('a cluster that does not answer is one failure, and the other checks are unknown', async () => {
  const kubeconfig = join(preflight.folder(), 'closed.kubeconfig');
  const cluster = { name: 'x', cluster: { server: 'https://127.0.0.1:1' } };
  const context = { name: 'x', context: { cluster: 'x', user: 'x' } };
  const lists = { clusters: [cluster], contexts: [context], users: [{ name: 'x', user: { token: 'x' } }] };
  const config = { apiVersion: 'v1', kind: 'Config', 'current-context': 'x', ...lists };
  await writeFile(kubeconfig, JSON.stringify(config));
  const { check, report, code } = await preflight.run(['--only', 'cluster'], kubeconfig);
  expect(check('cluster.reachable')).toMatchObject({
    status: 'fail',
    message: 'the cluster cannot be reached: the connection is refused',
  });
  expect(report.summary.fail).toBe(1);
  expect(check('cluster.capacity.nodes')?.status).toBe('unknown');
  expect(code).toBe(3);
});

it('saved evidence can be judged on another machine, and contains no secret', async () => {
  const saved = join(preflight.folder(), 'seen');
  const first = await preflight.run(['--save-evidence', saved]);
  const again = await runCli(['preflight', '-o', 'json', '--from-evidence', saved], { cwd: '/', env: {} });
  const strip = ({ checks }: CheckReport) => checks.map(({ durationMs: _, ...check }) => check);
  expect(strip(JSON.parse(again.stdout) as CheckReport)).toEqual(strip(first.report));
  expect(again.code).toBe(first.code);
  const { stdout } = await import('execa').then(({ execa }) =>
    execa('grep', ['-r', PLANTED, saved], { reject: false }),
  );
  expect(stdout).toBe('');
  expect(await readdir(saved)).toContain('secrets.facts.local.json');
});
