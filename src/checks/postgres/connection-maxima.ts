import type { ComponentName } from '../../checklist/components.ts';
import { CONNECTIONS } from '../../checklist/postgres.ts';
import { connectionBudget, sumOf, withMargin } from '../../deployment/connection-budget.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Planned } from '../planned.ts';

/** Autoscaled components that connect to PostgreSQL. */
const CONNECTING: readonly ComponentName[] = ['api', 'worker'];

/**
 * Returns the largest replicas with which `free` connections are enough, with the margin and those for people, for each
 * component that must be below `planned`. `least` has the minima of the autoscalers. Empty if even the minima are too
 * many.
 */
export function fittingReplicas(
  deployment: Deployment,
  planned: Planned,
  least: Planned,
  free: number,
): readonly (readonly [ComponentName, number])[] {
  let lowered = planned;
  while (connections(deployment, lowered) > free) {
    const above = CONNECTING.map((name) => ({ name, spare: lowered[name].replicas - least[name].replicas }));
    const [largest] = above.filter(({ spare }) => spare > 0).toSorted((a, b) => b.spare - a.spare);
    if (largest === undefined) return [];
    const one = lowered[largest.name];
    lowered = { ...lowered, [largest.name]: { ...one, replicas: one.replicas - 1 } };
  }
  return CONNECTING.filter((name) => lowered[name].replicas < planned[name].replicas).map((name) => [
    name,
    lowered[name].replicas,
  ]);
}

function connections(deployment: Deployment, planned: Planned): number {
  const { main, plugin, vectors } = connectionBudget(deployment, planned);
  return withMargin(sumOf([...main, ...plugin, ...vectors]) + CONNECTIONS.people);
}
