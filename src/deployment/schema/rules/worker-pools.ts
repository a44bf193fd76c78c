import { at } from '../../../base/json-path.ts';
import { type SizeChoice, sizeOf } from '../../../checklist/default-sets.ts';
import { queuesOf } from '../../../versions/queues.ts';
import type { ComponentOverride, PoolOverride } from '../components.ts';
import type { Deployment } from '../deployment.ts';
import { clusterOnly, maximumFault, requestsAboveLimits } from './components.ts';
import { type Finding, problem, type Rule, rule } from './rule.ts';

const PATH = 'components.worker.pools';

/** Rules for worker pools: each queue has one place, and each pool can run. */
export const WORKER_POOL_RULES: readonly Rule[] = [
  rule(['components', 'version'], ({ components, version }) => queueFaults(poolsOf(components), queuesOf(version))),
  rule(['components', 'tier', 'defaults', 'target'], ({ components, tier, defaults, target }) =>
    poolsOf(components).flatMap(([name, pool]) => [
      ...sizeFaults(`${PATH}.${name}`, pool, components.worker?.resources, { tier, defaults }),
      ...(target.type === 'compose' ? clusterOnly(`${PATH}.${name}`, pool) : []),
    ]),
  ),
  rule(['components'], ({ components }) => variableFaults(components)),
  rule(['components', 'extraValues'], ({ components, extraValues }) => queueLengthFaults(components, extraValues)),
  rule(['components', 'target', 'objectStorage'], ({ components, target, objectStorage }) => [
    poolsOf(components).length > 0 &&
      target.type === 'kubernetes' &&
      objectStorage.provider === 'local' &&
      problem(PATH, 'needs an object store: the volume of objectStorage.provider local belongs to the chart’s worker'),
  ]),
];

type Pools = readonly (readonly [string, PoolOverride])[];

function poolsOf({ worker }: Deployment['components']): Pools {
  return Object.entries(worker?.pools ?? {});
}

/** Problems of queues that the release does not have, that two pools have, or that leave nothing for the worker. */
function queueFaults(pools: Pools, known: readonly string[]): readonly (Finding | false)[] {
  const owners = new Map<string, string>();
  const faults = pools.flatMap(([name, { queues }]) =>
    queues.map((queue, index) => {
      const path = `${PATH}.${name}.queues.${index}`;
      const owner = owners.get(queue);
      owners.set(queue, name);
      if (!known.includes(queue))
        return problem(path, `this release has no queue ${queue}; it has ${known.join(', ')}`);
      return owner !== undefined && problem(path, `${queue} is already a queue of pool ${owner}`);
    }),
  );
  const isAll = pools.length > 0 && known.every((queue) => owners.has(queue));
  return [...faults, isAll && problem(PATH, 'leave at least one queue to the worker itself')];
}

function sizeFaults(
  path: string,
  pool: PoolOverride,
  shared: ComponentOverride['resources'],
  choice: SizeChoice,
): readonly (Finding | false | undefined)[] {
  const size = sizeOf(choice, 'worker');
  const inherited = {
    ...size,
    requests: { ...size.requests, ...shared?.requests },
    limits: { ...size.limits, ...shared?.limits },
  };
  return [
    pool.replicas === 0 && problem(`${path}.replicas`, 'at least 1: without the pool, remove it and its queues'),
    maximumFault(path, pool, size),
    ...requestsAboveLimits(path, pool.resources, inherited as typeof size),
  ];
}

/**
 * Problems of scaling by the length of queues: two scalers of one workload, and lists of Redis under names that KEDA
 * does not know.
 */
function queueLengthFaults(
  { worker }: Deployment['components'],
  extraValues: Deployment['extraValues'],
): readonly (Finding | false)[] {
  const pools = Object.values(worker?.pools ?? {});
  const isUsed = [worker, ...pools].some((one) => one?.autoscaling?.queueLength !== undefined);
  if (!isUsed) return [];
  const prefixed = [worker, ...pools].some((one) => one?.extraEnv?.REDIS_KEY_PREFIX !== undefined);
  return [
    worker?.autoscaling?.queueLength !== undefined &&
      at(extraValues, 'worker', 'autoscaling', 'enabled') === true &&
      problem(
        'extraValues.worker.autoscaling.enabled',
        'components.worker.autoscaling.queueLength already scales the worker: two scalers would undo each other',
      ),
    prefixed &&
      problem(
        'components.worker.extraEnv.REDIS_KEY_PREFIX',
        'not supported beside autoscaling.queueLength: KEDA would read lists of other names',
      ),
  ];
}

/** Variables by which an operator names queues; pools set them. */
const QUEUE_VARIABLES = ['CELERY_QUEUES', 'CELERY_WORKER_QUEUES'];

function variableFaults({ worker }: Deployment['components']): readonly (Finding | false)[] {
  const pools = Object.entries(worker?.pools ?? {});
  if (pools.length === 0) return [];
  const places = [
    ['components.worker', worker?.extraEnv] as const,
    ...pools.map(([name, { extraEnv }]) => [`${PATH}.${name}`, extraEnv] as const),
  ];
  return places.flatMap(([path, extraEnv]) =>
    QUEUE_VARIABLES.map(
      (name) =>
        extraEnv?.[name] !== undefined &&
        problem(`${path}.extraEnv.${name}`, `${PATH} decides which queues it consumes`),
    ),
  );
}
