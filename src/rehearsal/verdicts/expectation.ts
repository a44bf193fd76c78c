import { COMPONENTS } from '../../checklist/components.ts';
import { SINGLE_REPLICA, SIZES_1 } from '../../checklist/sizing.ts';
import type { Tier } from '../../checklist/tiers.ts';
import type { Workload } from '../observation/workload.ts';
import type { DrillKind } from '../report.ts';

/** True if the tier promises that the component runs on when one replica is lost. */
export function isRedundant({ component }: Pick<Workload, 'component'>, tier: Tier): boolean {
  if (tier !== 'prod') return false;
  const name = COMPONENTS.find((known) => known === component);
  return name !== undefined && SINGLE_REPLICA[name] === undefined && SIZES_1.prod[name].replicas > 1;
}

/** Returns the fewest ready replicas that the rendered set and the tier promise during a drill. */
export function promisedReady(kind: DrillKind, workload: Workload, tier: Tier): number {
  const least = isRedundant(workload, tier) ? 1 : 0;
  switch (kind) {
    case 'node-loss':
    case 'zone-loss':
    case 'two-node-loss':
    case 'autoscale-node-loss':
      return least;
    case 'drain':
      return Math.max(least, isRedundant(workload, tier) ? (workload.budgetLeast ?? 0) : 0);
    case 'rollout':
      return Math.max(least, workload.rolloutLeast);
    case 'schedule':
    case 'spread':
    case 'autoscale':
      return 0;
  }
}
