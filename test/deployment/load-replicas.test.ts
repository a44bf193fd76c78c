import { describe, expect, test } from 'vitest';
import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import { plannedComponents } from '../../src/deployment/components.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { plannedPools } from '../../src/deployment/worker-pools.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const PROD = SAMPLE_FILES['prod-kubernetes-s3-qdrant'] as JsonObject;
const TEST = SAMPLE_FILES['test-compose-bundled'] as JsonObject;

const read = (over: JsonObject, base = PROD) => parsedDeployment(deepMerge(base, over) as JsonObject);
const users = (concurrentUsers: number) => ({ load: { concurrentUsers } });

function replicas(over: JsonObject, base = PROD): readonly number[] {
  const { api, worker, web, sandbox, proxy, pluginDaemon } = plannedComponents(read(over, base));
  return [api, worker, web, sandbox, proxy, pluginDaemon].map((one) => one.replicas);
}

describe('load.concurrentUsers', () => {
  test.each<[string, JsonObject, JsonObject, readonly number[]]>([
    ['below what the tier serves', users(100), PROD, [3, 3, 3, 3, 3, 1]],
    ['above it', users(1000), PROD, [16, 3, 3, 3, 3, 1]],
    ['far above it', users(10_000), PROD, [160, 10, 5, 5, 10, 1]],
    [
      'with several processes',
      { ...users(1000), components: { api: { extraEnv: { SERVER_WORKER_AMOUNT: 4 } } } },
      PROD,
      [4, 3, 3, 3, 3, 1],
    ],
    [
      'with less CPU',
      { ...users(1000), components: { api: { resources: { requests: { cpu: '250m' }, limits: { cpu: '500m' } } } } },
      PROD,
      [32, 3, 3, 3, 3, 1],
    ],
    ['on Compose, where nginx owns a port', users(2500), TEST, [40, 3, 3, 3, 1, 1]],
    ['beside replicas of the file', { ...users(1000), components: { api: { replicas: 5 } } }, PROD, [5, 3, 3, 3, 3, 1]],
    [
      'beside an autoscaler, whose minimum is that of the tier',
      { ...users(1000), components: { api: { autoscaling: {} } } },
      PROD,
      [3, 3, 3, 3, 3, 1],
    ],
  ])('%s', (_, over, base, expected) => {
    expect(replicas(over, base)).toEqual(expected);
  });

  test.each<[string, JsonObject, number]>([
    ['decides the maximum that the file leaves out', { ...users(1000), components: { api: { autoscaling: {} } } }, 16],
    ['never below the replicas', { ...users(1000), components: { api: { replicas: 20, autoscaling: {} } } }, 20],
    ['never against the file', { ...users(1000), components: { api: { autoscaling: { maxReplicas: 6 } } } }, 6],
  ])('%s', (_, over, expected) => {
    expect(plannedComponents(read(over)).api.autoscaling?.maxReplicas).toBe(expected);
  });

  test('leaves worker pools alone, whose load it does not know', () => {
    const pools = { dataset: { queues: ['dataset'] } };
    expect(
      plannedPools(read({ ...users(10_000), components: { worker: { pools } } })).map((pool) => pool.replicas),
    ).toEqual([3]);
  });
});

test.each<[string, JsonObject, string]>([
  [
    'a maximum is missing',
    { components: { api: { autoscaling: {} } } },
    'components.api.autoscaling.maxReplicas: missing; it may be left out only if load.concurrentUsers decides it',
  ],
  [
    'the length of queues decides',
    { ...users(400), components: { worker: { autoscaling: { queueLength: 20 } } } },
    'components.worker.autoscaling.maxReplicas: missing: the load does not say how many tasks wait in the queues',
  ],
  ['a load needs too many', users(100_000), 'load.concurrentUsers: api would need 1600 replicas; at most 200'],
])('%s: the file is refused', (_, over, expected) => {
  const judged = validateDeployment(deepMerge(PROD, over) as JsonObject);
  const problems = 'problems' in judged ? judged.problems : [];
  expect(problems.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([expected]);
});
