import { delimiter, dirname } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { redactor } from '../../src/base/redact.ts';
import { APP_ANSWERS, PING } from '../../src/evidence/app/answers.ts';
import { appAnswersCollector, appHealthCollector } from '../../src/evidence/app/collectors.ts';
import { kubernetesWorkloads } from '../../src/evidence/app/kubernetes-workloads.ts';
import type { CollectContext, Need } from '../../src/evidence/evidence.ts';
import { renderedSet } from '../../src/evidence/rendered/kubernetes.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { checkOf, collectContext, judged } from '../support/check-runs.ts';
import { parsedDeployment, urls } from '../support/deployments.ts';
import { TOOLBOX_IMAGE } from '../testbed/cluster/real/up.ts';
import { useCluster } from '../testbed/fixtures.ts';

const NAMESPACE = 'postflight';
const deployment = parsedDeployment({
  apiVersion: 'difyctl/v1',
  tier: 'test',
  target: { type: 'kubernetes', namespace: NAMESPACE },
  urls: urls('http://dify.example.test'),
});

const REAL = { key: 'kubernetes.io/hostname', operator: 'In', values: ['real-1'] };
const SIMULATED = { ...REAL, operator: 'NotIn' };

/** A Deployment of one component and its Service, on the real node or beside it. */
function component(name: string, node: object, over: { readonly replicas?: number; readonly image?: string } = {}) {
  const labels = { 'app.kubernetes.io/name': 'dify', 'app.kubernetes.io/instance': 'dify', component: name };
  const metadata = { name: `dify-${name}`, namespace: NAMESPACE, labels: { 'app.kubernetes.io/instance': 'dify' } };
  const container = {
    name: 'main',
    image: over.image ?? TOOLBOX_IMAGE,
    args: ['serve', ':8080'],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 1 },
  };
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [node] }] },
    },
  };
  const template = { metadata: { labels }, spec: { affinity, containers: [container] } };
  const spec = { replicas: over.replicas ?? 1, selector: { matchLabels: labels }, template };
  return [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: 80, targetPort: 'http' }] },
    },
  ];
}

describe('postflight of a release on a real node beside simulated ones', () => {
  const testbed = useCluster({ nodes: '2x8C32G', realNode: true, tools: ['kubectl'] });
  const objects = [
    ...component('proxy', REAL),
    ...component('api', SIMULATED, { replicas: 2 }),
    ...component('worker', REAL, { image: 'testbed.invalid/no-such-image:1' }),
  ];
  const need: Need = async () => {
    throw new Error('needs nothing else');
  };
  const context = (): CollectContext => {
    const { kubeconfig, tools } = testbed.cluster;
    const env = { ...process.env, PATH: [dirname(tools.kubectl ?? ''), process.env.PATH].join(delimiter) };
    const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: redactor([]) });
    return collectContext({ tier: 'test', deployment, runner, env, kubeArgs: ['--kubeconfig', kubeconfig] });
  };

  beforeAll(async () => {
    const { cluster } = testbed;
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, ...objects);
    for (const name of ['proxy', 'api']) {
      await cluster.kubectl(['-n', NAMESPACE, 'rollout', 'status', `deployment/dify-${name}`, '--timeout=120s']);
    }
  });

  test('real pods are requested through a port-forward, as the public host', async () => {
    const { via, simulated, answers } = await appAnswersCollector.collect(context(), need);
    expect(simulated).toBeUndefined();
    expect(via).toMatch(/^a port-forward to pod dify-proxy-\S+ of Service dify-proxy$/);
    expect(answers.find(({ path }) => path === PING)).toMatchObject({
      status: 200,
      body: expect.stringContaining('toolbox on dify-proxy-'),
    });
  });

  test('another server in place of Dify is found', async () => {
    const fact = await appAnswersCollector.collect(context(), need);
    const result = judged(checkOf('app.routes'), { deployment, seen: [[APP_ANSWERS, fact]] });
    expect(result.status).toBe('fail');
  });

  test('simulated pods are not requested, and the reason is given', async () => {
    expect(await appHealthCollector.collect(context(), need)).toEqual({
      via: 'Service dify-api',
      simulated: 'all 2 pods of Service dify-api are simulated (kwok)',
      answers: [],
    });
  });

  test('workloads: available, simulated, pending, deleted', async () => {
    const rendered = renderedSet([...objects, ...component('web', REAL)]);
    const found = await kubernetesWorkloads(context(), NAMESPACE, rendered);
    const byName = Object.fromEntries(found.map((one) => [one.name, one]));
    expect(byName['dify-proxy']).toMatchObject({
      desired: 1,
      ready: 1,
      simulated: false,
      images: [TOOLBOX_IMAGE],
      holdup: '',
    });
    expect(byName['dify-api']).toMatchObject({ desired: 2, ready: 2, simulated: true });
    expect(byName['dify-worker']).toMatchObject({ ready: 0, holdup: expect.stringContaining('minimum availability') });
    expect(byName['dify-web']).toMatchObject({ ready: 0, holdup: 'does not exist in the cluster' });
  });

  test('a missing Service is reported', async () => {
    const other = { ...deployment, name: 'other' };
    await expect(appAnswersCollector.collect({ ...context(), deployment: other }, need)).rejects.toThrow(
      'Dify is not installed in namespace postflight (it has no Service of the release)',
    );
  });
});
