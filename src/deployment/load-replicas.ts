import { parseQuantity } from '../base/quantity.ts';
import type { ComponentName } from '../checklist/components.ts';
import { type DefaultSets, loadFigureOf } from '../checklist/default-sets.ts';
import { coresNeeded, isSizedByLoad } from '../checklist/load.ts';
import { apiProcesses, type Configured, taskProcesses } from './processes.ts';

/** The part of a deployment that the load depends on. */
interface Loaded {
  readonly load?: { readonly concurrentUsers?: number | undefined } | undefined;
  readonly target: { readonly type: 'kubernetes' | 'compose' };
  readonly defaults: number;
}

/** What one replica of a component may use. */
interface Replica extends Configured {
  readonly limits: { readonly cpu: string };
}

/**
 * Returns the CPU cores that a replica can use: its limit, but one core for each Python process, because the
 * interpreter runs one thread at a time (docs.python.org, global interpreter lock).
 */
export function usableCores(component: ComponentName, replica: Replica): number {
  const limit = parseQuantity(replica.limits.cpu);
  if (component === 'api') return Math.min(limit, apiProcesses(replica));
  return component === 'worker' ? Math.min(limit, taskProcesses(replica)) : limit;
}

/**
 * Returns the replicas of a component that `load.concurrentUsers` needs. Undefined without such a load, and for a
 * component whose replicas do not follow from it.
 */
export function replicasForLoad(
  { load, target, defaults }: Loaded,
  component: ComponentName,
  replica: Replica,
  sets?: DefaultSets,
): number | undefined {
  const users = load?.concurrentUsers;
  const cores = usableCores(component, replica);
  if (users === undefined || !(cores > 0) || !isSizedByLoad(target.type, component)) return undefined;
  // In binary floating point, 1.6 / 0.2 is slightly more than 8.
  return Math.ceil(coresNeeded(loadFigureOf({ defaults }, sets), component, users) / cores - 1e-6);
}
