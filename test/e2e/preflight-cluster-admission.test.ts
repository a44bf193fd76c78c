import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { usePreflight } from '../support/cluster-preflight.ts';
import { useCluster } from '../testbed/fixtures.ts';

/** What a real API server, with its own admission, says to the objects of a plan that are never stored. */
const testbed = useCluster({ nodes: '1x8C32G' });
const preflight = usePreflight(testbed);

const ONLY = ['--only', 'cluster.admission,cluster.kinds,cluster.quota,cluster.limit-range,cluster.pod-security'];

async function namespace(name: string, labels: Readonly<Record<string, string>> = {}, ...more: readonly object[]) {
  await testbed.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, ...more);
  // Pods are refused until their namespace has its ServiceAccount.
  await testbed.cluster.kubectl(['-n', name, 'wait', '--for=create', 'serviceaccount/default', '--timeout=30s']);
}

async function judged(name: string, ...args: readonly string[]) {
  const { check } = await preflight.run([...ONLY, '--set', `target.namespace=${name}`, ...args]);
  return check;
}

it('a namespace that does not exist yet cannot be queried', async () => {
  const check = await judged('nowhere');
  expect(check('cluster.admission')).toMatchObject({ status: 'skip' });
  expect(check('cluster.admission')?.message).toContain('does not exist yet');
});

it('a healthy cluster accepts every object, and stores none', async () => {
  await namespace('healthy');
  const check = await judged('healthy');
  expect(check('cluster.admission')).toMatchObject({ status: 'pass' });
  expect(check('cluster.admission')?.message).toMatch(/^\d+ objects accepted in a dry run$/);
  const left = await testbed.cluster.kubectl(['-n', 'healthy', 'get', 'all,secrets,ingress,pvc', '-o', 'name']);
  expect(left.trim()).toBe('');
});

describe('policies', () => {
  interface Policy {
    readonly name: string;
    readonly groups: readonly string[];
    readonly resources: readonly string[];
    readonly operations?: readonly string[];
    readonly expression: string;
    readonly message: string;
  }
  const GROUP = 'admissionregistration.k8s.io';
  const policies: readonly Policy[] = [
    {
      name: 'owner',
      groups: ['apps'],
      resources: ['deployments'],
      expression: "'team' in object.metadata.labels",
      message: 'every Deployment names its team',
    },
    {
      name: 'registry',
      groups: [''],
      resources: ['pods'],
      expression: "object.spec.containers.all(one, one.image.startsWith('registry.example/'))",
      message: 'images come from registry.example alone',
    },
  ];

  beforeAll(async () => {
    const objects = policies.flatMap(({ name, groups, resources, expression, message }) => [
      {
        apiVersion: `${GROUP}/v1`,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            resourceRules: [{ apiGroups: groups, apiVersions: ['v1'], resources, operations: ['CREATE', 'UPDATE'] }],
          },
          validations: [{ expression, message }],
        },
      },
      {
        apiVersion: `${GROUP}/v1`,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: ['Deny'],
          matchResources: { namespaceSelector: { matchLabels: { policy: name } } },
        },
      },
    ]);
    await testbed.cluster.apply(...objects);
  });

  it.each(policies)('$name refuses, with its own message', async ({ name, message }) => {
    await namespace(`under-${name}`, { policy: name });
    // A new policy takes a moment to reach admission.
    await expect
      .poll(async () => (await judged(`under-${name}`))('cluster.admission')?.status, { timeout: 30_000 })
      .toBe('fail');
    const check = await judged(`under-${name}`);
    expect(check('cluster.admission')?.message).toContain(`policy ${name} says: ${message}`);
    expect(check('cluster.admission')?.remedy).toContain(`kubectl get validatingadmissionpolicy ${name} -o yaml`);
  });
});

it('a finding of another check is not repeated', async () => {
  const metadata = { name: 'team', namespace: 'strict' };
  await namespace(
    'strict',
    { 'pod-security.kubernetes.io/enforce': 'restricted' },
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '0', services: '1' } } },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: { limits: [{ type: 'Container', max: { memory: '1Gi' } }] },
    },
  );
  const check = await judged('strict');
  for (const id of ['cluster.quota', 'cluster.limit-range', 'cluster.pod-security'])
    expect(check(id)?.status, id).toBe('fail');
  expect(check('cluster.admission')).toMatchObject({ status: 'pass' });
});

it('a webhook that does not answer is named', async () => {
  await namespace('hooked', { hooked: 'yes' });
  const name = 'guard.example.test';
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE'] };
  await testbed.cluster.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'guard' },
    webhooks: [
      {
        name,
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [rule],
        namespaceSelector: { matchLabels: { hooked: 'yes' } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
      },
    ],
  });
  await expect
    .poll(async () => (await judged('hooked'))('cluster.admission')?.status, { timeout: 30_000 })
    .toBe('fail');
  const check = await judged('hooked');
  expect(check('cluster.admission')?.message).toMatch(
    new RegExp(`Deployment dify-\\S+, Deployment dify-\\S+ and \\d+ more: .*failed calling webhook "${name}"`),
  );
  await testbed.cluster.kubectl(['delete', 'validatingwebhookconfiguration', 'guard']);
});

describe('an existing release', () => {
  const living = 'living';
  const helm = async (...args: readonly string[]) => {
    const values = join(preflight.folder(), 'out', 'values.yaml');
    const program = join(await testbed.cluster.binFolder(), 'helm');
    await execa(program, [...args, '-n', living, '-f', values], { env: preflight.env() });
  };
  beforeAll(async () => {
    await namespace(living);
    const set = ['--set', `target.namespace=${living}`];
    const run = await runCli(['render', '--out', 'out', ...set], { cwd: preflight.folder(), env: preflight.env() });
    expect(run.code, run.stderr).toBe(0);
    await helm('install', 'dify', resolve('test/fixtures/chart'));
  });

  it('is tested as a change, also under a quota that it fills', async () => {
    const services = await testbed.cluster.kubectl(['-n', living, 'get', 'services', '-o', 'name']);
    const hard = { services: String(services.trim().split('\n').length) };
    const metadata = { name: 'full', namespace: living };
    await testbed.cluster.apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } });
    const check = await judged(living);
    expect(check('cluster.admission')).toMatchObject({ status: 'pass' });
  });

  it('names the fields that cannot change', async () => {
    const selector = ['get', 'deployment', 'dify-api', '-o', 'json'];
    const api = JSON.parse(await testbed.cluster.kubectl(['-n', living, ...selector])) as {
      metadata: { name: string; labels: object };
      spec: { selector: { matchLabels: object }; template: { metadata: { labels: object } } };
    };
    const { name, labels } = api.metadata;
    const more = { matchLabels: { ...api.spec.selector.matchLabels, generation: 'old' } };
    const template = { ...api.spec.template, metadata: { labels: more.matchLabels } };
    await testbed.cluster.kubectl(['-n', living, 'delete', 'deployment', name]);
    await testbed.cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: living, labels },
      spec: { ...api.spec, selector: more, template },
    });
    const check = await judged(living);
    expect(check('cluster.admission')).toMatchObject({ status: 'fail' });
    expect(check('cluster.admission')?.message).toMatch(/Deployment dify-api: .*field is immutable/);
  });
});

describe('drivers and metrics', () => {
  it('are checked if the plan requires them', async () => {
    await testbed.cluster.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'orphan' },
      provisioner: 'ebs.csi.aws.com',
    });
    const extra = [
      ...['--set', 'target.storageClass=orphan', '--set', 'objectStorage={provider: local}'],
      ...['--set', 'extraValues={api: {autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 4}}}'],
    ];
    const only = ['--only', 'cluster.storage.driver,cluster.metrics,cluster.gateway'];
    const { check, stderr } = await preflight.run([...only, ...extra]);
    expect(check('cluster.storage.driver'), stderr).toMatchObject({
      status: 'warn',
      observed: 'CSI driver ebs.csi.aws.com does not exist',
    });
    expect(check('cluster.metrics')).toMatchObject({ status: 'warn', observed: 'nothing serves metrics.k8s.io' });
    expect(check('cluster.gateway')).toMatchObject({ status: 'pass' });
  });

  it('a network policy engine is checked if the plan requires it', async () => {
    const only = ['--only', 'cluster.network-policy'];
    const observed = async () => (await preflight.run(only)).check('cluster.network-policy')?.observed;
    expect(await observed()).toBe(
      '5 NetworkPolicies rendered, unenforced: no DaemonSet of a policy engine was observed',
    );
    const labels = { 'k8s-app': 'calico-node' };
    await testbed.cluster.apply({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'calico-node', namespace: 'kube-system' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'calico-node', image: 'calico/node' }] } },
      },
    });
    const scheduled = ['rollout', 'status', 'daemonset/calico-node', '-n', 'kube-system', '--timeout', '60s'];
    await testbed.cluster.kubectl(scheduled);
    const found = await observed();
    await testbed.cluster.kubectl(['delete', 'daemonset', 'calico-node', '-n', 'kube-system']);
    expect(found).toMatch(
      /^5 NetworkPolicies rendered, enforced by Calico; to close the API server too, set target\.networkPolicy\.apiServer: \[\d/,
    );
  });

  it('the pods of the ingress controller are counted', async () => {
    const only = ['--only', 'cluster.entry-replicas', '--set', 'target.ingress={className: counted}'];
    const counted = async () => {
      const { check, stderr } = await preflight.run(only);
      const { status, message } = check('cluster.entry-replicas') ?? { status: stderr };
      return [status, message];
    };
    const labels = { app: 'ingress-nginx' };
    const containers = [{ name: 'controller', image: 'registry.k8s.io/ingress-nginx/controller:v1.13.3' }];
    await namespace(
      'ingress-nginx',
      {},
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        metadata: { name: 'counted' },
        spec: { controller: 'k8s.io/ingress-nginx' },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'controller', namespace: 'ingress-nginx', labels },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers } },
        },
      },
    );
    const kubectl = (...args: readonly string[]) => testbed.cluster.kubectl(['-n', 'ingress-nginx', ...args]);
    const ready = () => kubectl('rollout', 'status', 'deployment/controller', '--timeout', '60s');
    await ready();
    expect(await counted()).toEqual([
      'warn',
      'k8s.io/ingress-nginx has 1 ready pod: while that pod or its node is replaced, Dify cannot be reached',
    ]);
    await kubectl('scale', 'deployment/controller', '--replicas=2');
    await ready();
    expect(await counted()).toEqual(['pass', 'k8s.io/ingress-nginx has 2 ready pods']);
    await testbed.cluster.kubectl(['delete', 'ingressclass/counted', 'namespace/ingress-nginx', '--wait=false']);
  });
});
