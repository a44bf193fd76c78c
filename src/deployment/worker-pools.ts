import { knownQueues, queuesOf } from '../versions/queues.ts';
import { type PlannedComponent, planComponent } from './components.ts';
import type { Deployment } from './schema/deployment.ts';

/** A worker pool as it will run: the settings of the worker with the overrides of the pool. */
export interface PlannedPool extends PlannedComponent {
  readonly name: string;
  /** Its pods consume these queues and no others. */
  readonly queues: readonly string[];
}

/**
 * Returns the worker pools of a deployment. A pool that names no replicas has those of the tier. It never inherits the
 * replicas and the autoscaler of the worker, because they are those of other queues.
 */
export function plannedPools(deployment: Deployment): readonly PlannedPool[] {
  const worker = deployment.components.worker ?? {};
  return Object.entries(worker.pools ?? {}).map(([name, pool]) => {
    const { replicas: _, autoscaling: __, pools: ___, ...shared } = worker;
    const { queues, ...own } = pool;
    const merged = {
      ...shared,
      ...own,
      resources: {
        requests: { ...shared.resources?.requests, ...own.resources?.requests },
        limits: { ...shared.resources?.limits, ...own.resources?.limits },
      },
      extraEnv: { ...shared.extraEnv, ...own.extraEnv },
    };
    const components = { ...deployment.components, worker: merged };
    return { ...planComponent({ ...deployment, components }, 'worker', { ownReplicas: true }), name, queues };
  });
}

/** The names of the worker pools. */
export function poolNames({ components }: Pick<Deployment, 'components'>): readonly string[] {
  return Object.keys(components.worker?.pools ?? {});
}

/**
 * Returns the queues that the worker itself consumes: all that no pool has, also those that only other releases of Dify
 * are known to have. A queue without tasks costs nothing, and a queue without a worker stops Dify. Undefined without
 * pools: the image then consumes every queue of its release.
 */
export function remainingQueues({ components }: Pick<Deployment, 'components'>): readonly string[] | undefined {
  const pools = Object.values(components.worker?.pools ?? {});
  if (pools.length === 0) return undefined;
  const taken = new Set(pools.flatMap(({ queues }) => queues));
  return knownQueues().filter((queue) => !taken.has(queue));
}

/** The queues of the release that each worker must consume, by pool; the empty name is the worker itself. */
export function plannedQueues(deployment: Deployment): ReadonlyMap<string, readonly string[]> {
  const queues = queuesOf(deployment.version);
  const remaining = remainingQueues(deployment) ?? queues;
  const pools = Object.entries(deployment.components.worker?.pools ?? {});
  return new Map([
    ['', queues.filter((queue) => remaining.includes(queue))],
    ...pools.map(([name, pool]) => [name, pool.queues] as const),
  ]);
}
