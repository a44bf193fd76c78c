import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { at, listAt, textAt } from '../../../src/base/json-path.ts';
import { queuesOf } from '../../../src/versions/queues.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';
import { rendered } from './support/rendering.ts';

const PROD: JsonObject = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const SENTINEL: JsonObject = SAMPLE_FILES['prod-kubernetes-sentinel-azure-pgvector'];
const withWorker = (worker: JsonObject, file: JsonObject = PROD) =>
  parsedDeployment({ ...file, components: { worker } });
const ofKind = (set: ReturnType<typeof rendered>, kind: string) => set.manifests.filter((one) => one.kind === kind);

describe('a worker that the length of its queues scales', () => {
  const deployment = withWorker({ replicas: 2, autoscaling: { maxReplicas: 10, queueLength: 20 } });
  const set = rendered(deployment);
  const [scaler] = ofKind(set, 'ScaledObject');

  test('has a trigger for each queue of the release, and the limits of the file', () => {
    expect(at(scaler, 'spec')).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'dify-worker' },
      minReplicaCount: 2,
      maxReplicaCount: 10,
    });
    const triggers = listAt(scaler, 'spec', 'triggers');
    expect(triggers.map((one) => textAt(one, 'metadata', 'listName'))).toEqual(queuesOf(deployment.version));
    expect(triggers[0]).toMatchObject({ type: 'redis', metadata: { listLength: '20', databaseIndex: '1' } });
  });

  test('has no autoscaler of the chart, and none of difyctl', () => {
    expect(at(set.values.worker, 'autoscaling')).toEqual({ enabled: false });
    expect(ofKind(set, 'HorizontalPodAutoscaler')).toEqual([]);
  });

  test('gives KEDA the password by reference to difyctl’s Secret', () => {
    const [authentication] = ofKind(set, 'TriggerAuthentication');
    expect(at(authentication, 'spec', 'secretTargetRef')).toContainEqual({
      parameter: 'password',
      name: set.secret.name,
      key: 'redis.password',
    });
    expect(Object.keys(set.secret.data)).toEqual(
      expect.arrayContaining(listAt(authentication, 'spec', 'secretTargetRef').map((one) => textAt(one, 'key'))),
    );
  });

  test('has a budget and a spread, because it can have more than one replica', () => {
    expect(ofKind(set, 'PodDisruptionBudget').map(({ metadata }) => metadata.name)).toContain('dify-worker');
  });

  test('and by CPU, if the file asks for both', () => {
    const both = rendered(withWorker({ autoscaling: { maxReplicas: 6, queueLength: 20, cpuPercent: 70 } }));
    expect(listAt(ofKind(both, 'ScaledObject')[0], 'spec', 'triggers').at(-1)).toEqual({
      type: 'cpu',
      metricType: 'Utilization',
      metadata: { value: '70' },
    });
  });
});

test('behind Sentinel, KEDA asks the sentinels for the master', () => {
  const set = rendered(withWorker({ autoscaling: { maxReplicas: 6, queueLength: 5 } }, SENTINEL));
  const [trigger] = listAt(ofKind(set, 'ScaledObject')[0], 'spec', 'triggers');
  const { redis } = parsedDeployment(SENTINEL);
  if (redis.mode !== 'external' || redis.topology !== 'sentinel') throw new Error('no sentinel in the sample');
  expect(trigger).toMatchObject({
    type: 'redis-sentinel',
    metadata: { addresses: redis.sentinel.nodes.join(','), sentinelMaster: redis.sentinel.master },
  });
});

test.each([
  ['require', { mode: 'require' }, { enableTLS: 'true', unsafeSsl: 'true' }, []],
  ['verify-full', { mode: 'verify-full', caFile: './ca.pem' }, { enableTLS: 'true', unsafeSsl: 'false' }, ['ca']],
] as const)('with TLS %s, KEDA encrypts, and verifies what the file verifies', (_, tls, expected, parameters) => {
  const redis = { ...(PROD.redis as JsonObject), tls };
  const deployment = withWorker({ autoscaling: { maxReplicas: 6, queueLength: 5 } }, { ...PROD, redis });
  const set = rendered(deployment);
  const [trigger] = listAt(ofKind(set, 'ScaledObject')[0], 'spec', 'triggers');
  expect(at(trigger, 'metadata')).toMatchObject(expected);
  const references = listAt(ofKind(set, 'TriggerAuthentication')[0], 'spec', 'secretTargetRef');
  expect(references.map((one) => textAt(one, 'parameter'))).toEqual(['password', ...parameters]);
});

test('a pool is scaled by its own queues, beside a worker of fixed size', () => {
  const pools = { dataset: { queues: ['dataset'], replicas: 1, autoscaling: { maxReplicas: 8, queueLength: 3 } } };
  const set = rendered(withWorker({ pools }));
  expect(ofKind(set, 'ScaledObject').map(({ metadata }) => metadata.name)).toEqual(['dify-worker-dataset']);
  expect(listAt(ofKind(set, 'ScaledObject')[0], 'spec', 'triggers')).toHaveLength(1);
});

test.each<[string, JsonObject, string]>([
  [
    'the chart’s autoscaler beside it',
    { extraValues: { worker: { autoscaling: { enabled: true } } } },
    'extraValues.worker.autoscaling.enabled: components.worker.autoscaling.queueLength already scales the worker',
  ],
  [
    'a prefix of keys',
    {
      components: { worker: { autoscaling: { maxReplicas: 6, queueLength: 5 }, extraEnv: { REDIS_KEY_PREFIX: 'a' } } },
    },
    'components.worker.extraEnv.REDIS_KEY_PREFIX: not supported beside autoscaling.queueLength',
  ],
  [
    'another component',
    { components: { api: { autoscaling: { maxReplicas: 6, queueLength: 5 } } } },
    'components.api.autoscaling.queueLength',
  ],
])('%s is refused', (_, file, message) => {
  const worker = { autoscaling: { maxReplicas: 6, queueLength: 5 } };
  expect(() => parsedDeployment({ ...PROD, components: { worker }, ...file })).toThrow(message);
});
