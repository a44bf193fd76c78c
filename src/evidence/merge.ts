import type { Evidence } from './evidence.ts';

/** What is known of one key: the evidence to judge, and where the cluster was to be asked and could not be, why not. */
export interface MergedEvidence<T> {
  readonly evidence: Evidence<T>;
  readonly unreachableFromCluster?: Evidence<T>;
}

/**
 * The cluster's view in place of the local one, since that is where Dify will stand. Where the cluster was asked and nothing could be seen from it,
 * the local view stays beside what was missing: a fault that is seen from here is one all the same, and nothing else is proved by it.
 */
export function mergeEvidence<T>(local: Evidence<T>, cluster: Evidence<T> | undefined): MergedEvidence<T> {
  if (cluster === undefined) return { evidence: local };
  return cluster.outcome === 'ok' ? { evidence: cluster } : { evidence: local, unreachableFromCluster: cluster };
}

/** Both views of each key among these. */
export function mergedByKey(all: readonly Evidence<unknown>[]): ReadonlyMap<string, MergedEvidence<unknown>> {
  const keys = [...new Set(all.map(({ key }) => key))];
  return new Map(
    keys.flatMap((key) => {
      const of = (from: Evidence<unknown>['from']) => all.find((one) => one.key === key && one.from === from);
      const local = of('local') ?? of('cluster');
      return local === undefined ? [] : [[key, mergeEvidence(local, of('cluster'))] as const];
    }),
  );
}
