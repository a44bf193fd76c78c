import type { ComponentName } from '../checklist/components.ts';
import { loadFigureOf } from '../checklist/default-sets.ts';
import { SECONDS_BETWEEN_REQUESTS, usersServed } from '../checklist/load.ts';
import { mostReplicas, type PlannedComponent } from './components.ts';
import { usableCores } from './load-replicas.ts';
import type { Deployment } from './schema/deployment.ts';
import { plannedPools } from './worker-pools.ts';

/** The users that the replicas of one component serve at once. */
export interface ServedLoad {
  readonly component: ComponentName;
  readonly replicas: number;
  /** CPU cores that each replica can use. */
  readonly cores: number;
  readonly users: number;
}

/**
 * Returns the users that each component of the published figure serves, the smallest number first. `planned` has the
 * number of replicas that counts: with autoscaling, the largest. The workers of pools count as workers.
 */
export function servedLoads(
  deployment: Deployment,
  planned: Readonly<Record<ComponentName, PlannedComponent>>,
): readonly ServedLoad[] {
  const figure = loadFigureOf(deployment);
  const pooled = plannedPools(deployment).reduce(
    (sum, pool) => sum + mostReplicas(pool) * usableCores('worker', pool),
    0,
  );
  const names = (Object.keys(figure.cores) as ComponentName[]).filter((name) => planned[name].enabled);
  return names
    .map((component) => {
      const { replicas } = planned[component];
      const cores = usableCores(component, planned[component]);
      const all = replicas * cores + (component === 'worker' ? pooled : 0);
      return { component, replicas, cores, users: usersServed(figure, component, all) };
    })
    .toSorted((a, b) => a.users - b.users);
}

/** `7 × api with 1 core` */
export function servedWords({ component, replicas, cores }: ServedLoad): string {
  return `${replicas} × ${component} with ${cores} ${cores === 1 ? 'core' : 'cores'}`;
}

/** `by Alibaba Cloud SAE for 100 requests per second, one request of each user every 10 s` */
export function figureWords(deployment: Pick<Deployment, 'defaults'>): string {
  return `by ${loadFigureOf(deployment).source}, one request of each user every ${SECONDS_BETWEEN_REQUESTS} s`;
}
