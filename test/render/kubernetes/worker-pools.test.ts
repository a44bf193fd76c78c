import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { at, listAt, textAt } from '../../../src/base/json-path.ts';
import { knownQueues, queuesOf } from '../../../src/versions/queues.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { rendered } from './support/rendering.ts';

const PROD: JsonObject = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const DATASET = ['dataset', 'priority_dataset'];
const withPools = (pools: JsonObject, over: JsonObject = {}, file: JsonObject = {}) =>
  parsedDeployment({ ...PROD, ...file, components: { worker: { ...over, pools } } });

function poolOf(set: ReturnType<typeof rendered>, name = 'dify-worker-dataset') {
  const found = set.manifests.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
  if (found === undefined) throw new Error(`no Deployment ${name}`);
  const pod = at(found, 'spec', 'template', 'spec');
  const [container] = listAt(pod, 'containers');
  const env = new Map(listAt(container, 'env').map((one) => [textAt(one, 'name'), one]));
  return { found, pod, container, env, value: (variable: string) => textAt(env.get(variable), 'value') };
}

describe('a worker pool', () => {
  const set = rendered(withPools({ dataset: { queues: DATASET, replicas: 2, extraEnv: { CELERY_WORKER_AMOUNT: 2 } } }));

  test('consumes its queues, and the worker of the chart all others, also those of later releases', () => {
    const others = knownQueues().filter((queue) => !DATASET.includes(queue));
    expect(poolOf(set).value('CELERY_QUEUES')).toBe('dataset,priority_dataset');
    expect(set.values.worker).toHaveProperty(
      'extraEnv',
      expect.arrayContaining([{ name: 'CELERY_QUEUES', value: others.join(',') }]),
    );
  });

  test('has every variable of the chart’s worker, with its own in their place, each once', () => {
    const { env, container, value } = poolOf(set);
    const ofWorker = listAt(set.values.worker, 'extraEnv').map((one) => textAt(one, 'name'));
    expect([...env.keys()]).toEqual(expect.arrayContaining(['MODE', 'LOG_LEVEL', ...ofWorker]));
    expect(listAt(container, 'env')).toHaveLength(env.size);
    expect(value('MODE')).toBe('worker');
    expect(value('CELERY_WORKER_AMOUNT')).toBe('2');
    expect(at(container, 'envFrom')).toEqual([
      { configMapRef: { name: 'dify-worker' } },
      { secretRef: { name: 'dify-worker' } },
    ]);
  });

  test('has labels that the selector of the chart’s worker does not match', () => {
    const labels = at(poolOf(set).found, 'spec', 'template', 'metadata', 'labels');
    expect(labels).toEqual({
      'app.kubernetes.io/name': 'dify-worker-pool',
      'app.kubernetes.io/instance': 'dify',
      component: 'worker',
      'difyctl/pool': 'dataset',
    });
    expect(at(poolOf(set).found, 'spec', 'selector', 'matchLabels')).toEqual(labels);
  });

  test('rolls if extraValues or what the chart sets by itself change', () => {
    const digest = (file: JsonObject) =>
      poolOf(rendered(withPools({ dataset: { queues: DATASET } }, {}, file))).value('DIFYCTL_CONFIGURATION');
    const base = digest({});
    expect(base).toMatch(/^[0-9a-f]{10}$/);
    expect(digest({ extraValues: { global: { edition: 'x' } } })).not.toBe(base);
  });

  test('has a budget, a spread and, if it asks for one, an autoscaler of its own', () => {
    const scaled = rendered(withPools({ dataset: { queues: DATASET, replicas: 2, autoscaling: { maxReplicas: 5 } } }));
    const { pod, found } = poolOf(scaled);
    const labels = at(found, 'spec', 'selector', 'matchLabels');
    const own = (kind: string) =>
      scaled.manifests.find((one) => one.kind === kind && one.metadata.name === 'dify-worker-dataset');
    expect(at(own('PodDisruptionBudget'), 'spec', 'selector', 'matchLabels')).toEqual(labels);
    expect(at(own('HorizontalPodAutoscaler'), 'spec')).toMatchObject({
      scaleTargetRef: { kind: 'Deployment', name: 'dify-worker-dataset' },
      minReplicas: 2,
      maxReplicas: 5,
    });
    expect(JSON.stringify(at(pod, 'affinity', 'podAntiAffinity'))).toContain('"difyctl/pool":"dataset"');
  });

  test('inherits size and placement of the worker, but neither its replicas nor its autoscaler', () => {
    const over = {
      replicas: 5,
      autoscaling: { maxReplicas: 9 },
      resources: { requests: { cpu: '1500m' } },
      nodeSelector: { tier: 'jobs' },
    };
    const inherited = rendered(
      withPools({ dataset: { queues: DATASET, resources: { requests: { memory: '3Gi' } } } }, over),
    );
    const { found, pod, container } = poolOf(inherited);
    expect(at(found, 'spec', 'replicas')).toBe(3);
    expect(at(pod, 'nodeSelector')).toEqual({ tier: 'jobs' });
    expect(at(container, 'resources', 'requests')).toEqual({ cpu: '1500m', memory: '3Gi' });
    expect(inherited.manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
  });

  test('waits for an api that migrates itself, and only for that', () => {
    const bundled = parsedDeployment({
      apiVersion: 'difyctl/v1',
      tier: 'test',
      target: { type: 'kubernetes' },
      urls: PROD.urls ?? {},
      objectStorage: PROD.objectStorage ?? {},
      components: { worker: { pools: { dataset: { queues: DATASET } } } },
    });
    expect(at(poolOf(set).pod, 'initContainers')).toBeUndefined();
    expect(listAt(poolOf(rendered(bundled)).pod, 'initContainers').map((one) => textAt(one, 'name'))).toEqual([
      'check-api',
    ]);
  });

  test('reaches what the worker reaches if policies are on', () => {
    const policies = set.manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    const text = (name: string) => JSON.stringify(policies.find(({ metadata }) => metadata.name === name));
    for (const name of ['dify-sandbox', 'dify-ssrf-proxy', 'dify-plugin-daemon', 'dify-outgoing']) {
      expect(text(name), name).toContain('dify-worker-pool');
    }
  });
});

test('without pools, the image decides which queues the worker consumes', () => {
  expect(JSON.stringify(rendered(parsedDeployment(PROD)).values)).not.toContain('CELERY_QUEUES');
});

test.each<[string, JsonObject, JsonObject, string]>([
  ['a queue that the release does not have', { a: { queues: ['datasets'] } }, {}, 'this release has no queue datasets'],
  [
    'a queue in two pools',
    { a: { queues: ['mail'] }, b: { queues: ['mail'] } },
    {},
    'components.worker.pools.b.queues[0]: mail is already a queue of pool a',
  ],
  [
    'nothing left to the worker',
    { a: { queues: [...queuesOf('1.16.1')] } },
    {},
    'components.worker.pools: leave at least one queue to the worker itself',
  ],
  ['no replicas', { a: { queues: ['mail'], replicas: 0 } }, {}, 'components.worker.pools.a.replicas: at least 1'],
  [
    'a maximum below the minimum',
    { a: { queues: ['mail'], autoscaling: { maxReplicas: 2 } } },
    {},
    'components.worker.pools.a.autoscaling.maxReplicas: at least 3',
  ],
  [
    'a request above its limit',
    { a: { queues: ['mail'], resources: { requests: { cpu: '20' } } } },
    {},
    'components.worker.pools.a.resources.requests.cpu: the request (20) is above the limit (3)',
  ],
  [
    'a list of queues beside it',
    { a: { queues: ['mail'] } },
    { extraEnv: { CELERY_QUEUES: 'mail' } },
    'components.worker.extraEnv.CELERY_QUEUES: components.worker.pools decides which queues it consumes',
  ],
])('%s is refused', (_, pools, over, message) => {
  expect(() => withPools(pools, over)).toThrow(message);
});
