import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckReport } from '../../src/checks/check.ts';
import type { Drift } from '../../src/evidence/drift/drift.ts';
import type { InstallReport } from '../../src/operations/report.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { createKubernetesFixture, type KubernetesFixture } from '../support/kubernetes-fixture.ts';
import { useSharedCluster } from '../testbed/fixtures.ts';

const testbed = useSharedCluster();

type Kubectl = (...args: readonly string[]) => Promise<string>;
type Expected = Partial<Omit<Drift, 'by'>> & { readonly by?: string };

const patch = (kubectl: Kubectl, object: string, change: object, type = 'merge') =>
  kubectl('patch', object, '--type', type, '-p', JSON.stringify(change));

/** Manual changes of an installation, and the name of each. */
const CHANGES: readonly (readonly [
  title: string,
  change: (kubectl: Kubectl) => Promise<unknown>,
  expected: Expected,
])[] = [
  [
    'an image is set',
    (kubectl) => kubectl('set', 'image', 'deployment/dify-web', '*=example.test/other:1'),
    { kind: 'Deployment', name: 'dify-web', change: 'changed', is: 'example.test/other:1', by: 'kubectl-set' },
  ],
  [
    // The API server records no manager for the scale subresource.
    'a workload is scaled to 0',
    (kubectl) => kubectl('scale', 'deployment/dify-worker', '--replicas=0'),
    { kind: 'Deployment', name: 'dify-worker', path: 'spec.replicas', was: '3', is: '0' },
  ],
  [
    'a variable is added',
    (kubectl) => kubectl('set', 'env', 'deployment/dify-sandbox', 'TRACE=yes'),
    { kind: 'Deployment', name: 'dify-sandbox', change: 'added', is: 'yes', by: 'kubectl-set' },
  ],
  [
    'a variable is changed',
    (kubectl) => kubectl('set', 'env', 'deployment/dify-api', 'LOG_LEVEL=DEBUG'),
    { kind: 'Deployment', name: 'dify-api', change: 'changed', was: 'INFO', is: 'DEBUG', by: 'kubectl-set' },
  ],
  [
    'a limit is changed',
    (kubectl) => kubectl('set', 'resources', 'deployment/dify-agent-backend', '--limits=memory=9Gi'),
    { kind: 'Deployment', name: 'dify-agent-backend', change: 'changed', is: '9Gi', by: 'kubectl-set' },
  ],
  [
    'a probe is removed',
    (kubectl) =>
      patch(
        kubectl,
        'deployment/dify-local-sandbox',
        [{ op: 'remove', path: '/spec/template/spec/containers/0/readinessProbe' }],
        'json',
      ),
    { kind: 'Deployment', name: 'dify-local-sandbox', change: 'removed' },
  ],
  [
    'a preStop hook is removed',
    (kubectl) =>
      patch(
        kubectl,
        'deployment/dify-plugin-daemon',
        [{ op: 'remove', path: '/spec/template/spec/containers/0/lifecycle' }],
        'json',
      ),
    {
      kind: 'Deployment',
      name: 'dify-plugin-daemon',
      change: 'removed',
      path: 'spec.template.spec.containers[plugin-daemon].lifecycle',
      was: '{ preStop }',
    },
  ],
  [
    'a grace period is shortened',
    (kubectl) =>
      patch(kubectl, 'deployment/dify-api-websocket', {
        spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } },
      }),
    {
      kind: 'Deployment',
      name: 'dify-api-websocket',
      path: 'spec.template.spec.terminationGracePeriodSeconds',
      was: '130',
      is: '5',
      by: 'kubectl-patch',
    },
  ],
  [
    'a rollout is paused',
    (kubectl) => kubectl('rollout', 'pause', 'deployment/dify-beat'),
    { kind: 'Deployment', name: 'dify-beat', change: 'added', path: 'spec.paused', is: 'true', by: 'kubectl-rollout' },
  ],
  [
    'a workload is deleted',
    (kubectl) => kubectl('delete', 'deployment', 'dify-ssrf-proxy'),
    { kind: 'Deployment', name: 'dify-ssrf-proxy', change: 'gone' },
  ],
  [
    'a Service leads elsewhere',
    (kubectl) => patch(kubectl, 'service/dify-api', { spec: { selector: { component: 'web' } } }),
    { kind: 'Service', name: 'dify-api', path: 'spec.selector.component', was: 'api', is: 'web', by: 'kubectl-patch' },
  ],
  [
    'a budget is deleted',
    (kubectl) => kubectl('delete', 'pdb', 'dify-api'),
    { kind: 'PodDisruptionBudget', name: 'dify-api', change: 'gone' },
  ],
  [
    'a budget is changed',
    (kubectl) => patch(kubectl, 'pdb/dify-web', { spec: { maxUnavailable: '100%' } }),
    {
      kind: 'PodDisruptionBudget',
      name: 'dify-web',
      path: 'spec.maxUnavailable',
      was: '1',
      is: '100%',
      by: 'kubectl-patch',
    },
  ],
  [
    'a ConfigMap is deleted',
    (kubectl) => kubectl('delete', 'configmap', 'dify-plugin-daemon'),
    { kind: 'ConfigMap', name: 'dify-plugin-daemon', change: 'gone' },
  ],
  [
    'a ConfigMap is changed',
    (kubectl) => patch(kubectl, 'configmap/dify-worker', { data: { FILES_URL: 'http://elsewhere.test', EXTRA: 'x' } }),
    {
      kind: 'ConfigMap',
      name: 'dify-worker',
      path: 'data.FILES_URL',
      is: 'http://elsewhere.test',
      by: 'kubectl-patch',
    },
  ],
  [
    'the Secret is made anew with other contents',
    async (kubectl) => {
      const name = (await kubectl('get', 'secrets', '-l', 'difyctl/deployment=dify', '-o', 'name'))
        .split('\n')
        .find((one) => one.includes('/dify-difyctl-'));
      const secret = JSON.parse(await kubectl('get', String(name), '-o', 'json')) as { data: Record<string, string> };
      await kubectl('delete', String(name));
      const changed = {
        ...secret,
        data: { ...secret.data, 'redis.password': Buffer.from('other').toString('base64') },
      };
      await testbed.cluster.apply(changed);
    },
    { kind: 'Secret', change: 'changed', path: 'data', secret: true },
  ],
];

/** What an install says of its failed checks. */
function failures({ stdout, stderr }: Outcome): string {
  const report = JSON.parse(stdout) as Partial<InstallReport>;
  const failed = report.postflight?.checks.filter(({ status }) => status === 'fail') ?? [];
  return failed.length === 0 ? stderr : failed.map(({ id, message }) => `${id}: ${message}`).join('\n');
}

describe.each([3, 4] as const)('with helm %i', (helm) => {
  let there: KubernetesFixture;
  let place: TempWorkspace;
  const kubectl: Kubectl = (...args) => testbed.cluster.kubectl(['-n', there.namespace, ...args]);

  beforeAll(async () => {
    there = await createKubernetesFixture(testbed.cluster, `drift-${helm}`, { helm });
    place = await there.workplace();
    const installed = await place.run('install', '--yes');
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
    // Changes that are not drift: a restart, a label, an annotation.
    await kubectl('rollout', 'restart', 'deployment/dify-proxy');
    await kubectl('label', 'deployment/dify-proxy', 'team=ops');
    await kubectl('annotate', 'service/dify-web', 'note=seen');
  });
  afterAll(async () => {
    await there.end();
    await testbed.cluster.kubectl(['delete', 'namespace', there.namespace, '--ignore-not-found', '--wait=false']);
  });

  test('no drift is named right after an install', async () => {
    const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ changes: [], drift: [] });
    expect(planned).toMatchObject({ code: 0 });
  });

  test('every change by hand is named by plan, status and postflight, and undone by install', async () => {
    for (const [, change] of CHANGES) await change(kubectl);
    const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json');
    expect(planned, planned.stderr).toMatchObject({ code: 7 });
    const { drift } = JSON.parse(planned.stdout) as { drift: readonly Drift[] };
    for (const [title, , { by, ...expected }] of CHANGES) {
      const author = by === undefined ? {} : { by: expect.objectContaining({ manager: by }) };
      expect(drift, title).toContainEqual(expect.objectContaining({ ...expected, ...author }));
    }
    // The variable that was added to the ConfigMap besides; of the proxy and the other objects nothing.
    expect(drift).toHaveLength(CHANGES.length + 1);
    expect(planned.stdout).not.toContain(Buffer.from('other').toString('base64'));

    const status = await place.run('status', '-o', 'json');
    expect(JSON.parse(status.stdout)).toMatchObject({
      release: { drift },
      next: 'run difyctl install to undo these changes; difyctl plan shows how',
    });
    expect(status.stdout).toContain('"desired": 3');
    const flown = await place.run('postflight', '--only', 'app.drift', '-o', 'json');
    expect(flown).toMatchObject({ code: 5 });
    const { checks } = JSON.parse(flown.stdout) as CheckReport;
    expect(checks[0]?.observations).toHaveLength(drift.length);

    const repaired = await place.run('install', '--yes', '-o', 'json');
    expect(repaired, failures(repaired)).toMatchObject({ code: 0 });
    expect(repaired.stderr).toContain('kubectl set');
    expect(JSON.parse(repaired.stdout) as InstallReport).toMatchObject({ outcome: 'applied', plan: { drift } });
    const again = await place.run('install', '--yes', '-o', 'json');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout) as InstallReport).toMatchObject({
      outcome: 'unchanged',
      plan: { changes: [], drift: [] },
    });
  });

  test('replicas that an autoscaler set are not drift, and an upgrade keeps them', async () => {
    const scaled = ['--set', 'components.web.autoscaling={maxReplicas: 6}'];
    const replicas = () => kubectl('get', 'deployment/dify-web', '-o', 'jsonpath={.spec.replicas}');
    const made = await place.run('install', '--yes', ...scaled);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(await replicas()).toBe('3');

    // As the autoscaler does: the testbed serves no metrics, so it only keeps to its limits.
    await kubectl('scale', 'deployment/dify-web', '--replicas=5');
    const planned = await place.run('plan', '--detailed-exitcode', '-o', 'json', ...scaled);
    expect(planned, planned.stdout).toMatchObject({ code: 0 });

    const changed = await place.run('install', '--yes', ...scaled, '--set', 'components.web.extraEnv={NOTE: new}');
    expect(changed, changed.stderr).toMatchObject({ code: 0 });
    expect(await replicas()).toBe('5');
    const flown = await place.run('postflight', '--only', 'app.workloads,app.drift', '-o', 'json');
    expect(flown, flown.stdout).toMatchObject({ code: 0 });
  });
});
