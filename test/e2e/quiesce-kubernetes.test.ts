import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Target } from '../../src/targets/target.ts';
import { openKubernetes, WORK } from '../support/open-targets.ts';
import { until } from '../support/recorder.ts';
import { installCrds } from '../testbed/cluster/crds.ts';
import { useCluster } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';

const testbed = useCluster({ nodes: '1x8C32G' });
const NAMESPACE = 'quiesce';
let kubectl = '';

function deployment(name: string, replicas: number, labels: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox' }] } },
    },
  };
}

const own = (component: string) => ({ 'app.kubernetes.io/instance': 'dify', component });

/** `name replicas ready` of each Deployment. */
async function replicas(): Promise<readonly string[]> {
  const format = 'jsonpath={range .items[*]}{.metadata.name} {.spec.replicas} {.status.readyReplicas}{"\\n"}{end}';
  const text = await testbed.cluster.kubectl(['get', 'deployments', '-n', NAMESPACE, '-o', format]);
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

const RUNNING = ['api-dify-web 1 1', 'dify-api 3 3', 'dify-web 2 2', 'dify-worker 2 2', 'other-api 1 1'];

function open(): Target {
  const { cluster } = testbed;
  const { kubeconfig } = cluster;
  // kubectl writes its cache into HOME, or without it into the current folder.
  const env = {
    PATH: `${path.dirname(kubectl)}:/usr/bin:/bin`,
    KUBECONFIG: kubeconfig,
    HOME: path.dirname(kubeconfig),
  };
  return openKubernetes({ env }, cluster.context, NAMESPACE);
}

/** `name paused paused-replicas`: KEDA's annotations of each ScaledObject, `-` for none. */
async function scalers(): Promise<readonly string[]> {
  const text = await testbed.cluster.kubectl(['get', 'scaledobjects.keda.sh', '-n', NAMESPACE, '-o', 'json']);
  const { items } = JSON.parse(text) as {
    readonly items: readonly { metadata: { name: string; annotations?: Readonly<Record<string, string>> } }[];
  };
  return items.map(({ metadata: { name, annotations = {} } }) =>
    [name, ...['paused', 'paused-replicas'].map((key) => annotations[`autoscaling.keda.sh/${key}`] ?? '-')].join(' '),
  );
}

function scaler(target: string, annotations: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: `${target}-by-queue`, namespace: NAMESPACE, annotations },
    spec: {
      scaleTargetRef: { name: target },
      triggers: [{ type: 'redis', metadata: { address: 'redis:6379', listName: 'dataset', listLength: '5' } }],
    },
  };
}

const settled = () =>
  until(async () => (JSON.stringify(await replicas()) === JSON.stringify(RUNNING) ? true : undefined));

beforeAll(async () => {
  const { cluster } = testbed;
  ({ kubectl } = await ensure(['kubectl']));
  await cluster.kubectl(['create', 'namespace', NAMESPACE]);
  await cluster.apply(deployment('dify-api', 3, own('api')));
  await cluster.apply(deployment('dify-worker', 2, own('worker')));
  await cluster.apply(deployment('dify-web', 2, own('web')));
  // A name is no sign: another release, and a component that only has `api` in its name.
  await cluster.apply(deployment('other-api', 1, { 'app.kubernetes.io/instance': 'other', component: 'api' }));
  await cluster.apply(deployment('api-dify-web', 1, own('web-api')));
  await settled();
});

test('the workloads that write are stopped, and started again by another run', async () => {
  const first = open();
  expect(await first.stopWriters(WORK)).toEqual(['dify-api', 'dify-worker']);
  expect(await first.runningWriters(WORK.signal)).toEqual([]);
  expect(await replicas()).toEqual([
    'api-dify-web 1 1',
    'dify-api 0',
    'dify-web 2 2',
    'dify-worker 0',
    'other-api 1 1',
  ]);
  expect(await open().startWriters(WORK)).toEqual(['dify-api', 'dify-worker']);
  await settled();
  expect(await open().startWriters(WORK)).toEqual([]);
});

test('KEDA is paused while the workloads that write are stopped', async () => {
  await installCrds(testbed.cluster, ['keda']);
  for (const target of ['dify-worker', 'other-api']) await testbed.cluster.apply(scaler(target, {}));
  await testbed.cluster.apply(scaler('dify-api', { 'autoscaling.keda.sh/paused': 'true' }));
  await open().stopWriters(WORK);
  expect(await scalers()).toEqual(['dify-api-by-queue true -', 'dify-worker-by-queue - 0', 'other-api-by-queue - -']);
  await open().startWriters(WORK);
  expect(await scalers()).toEqual(['dify-api-by-queue true -', 'dify-worker-by-queue - -', 'other-api-by-queue - -']);
  await settled();
});
