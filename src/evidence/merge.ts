import type { Evidence } from './evidence.ts';

/**
 * The evidence to judge for one key. `unreachableFromCluster` is present if collecting from the cluster failed, and
 * says why.
 */
export interface MergedEvidence<T> {
  readonly evidence: Evidence<T>;
  readonly unreachableFromCluster?: Evidence<T>;
}

/**
 * Prefers the evidence from the cluster, because Dify runs there. If collecting from the cluster failed, keeps the
 * local evidence beside the failure: its errors still count, its passes prove nothing.
 */
export function mergeEvidence<T>(local: Evidence<T>, cluster: Evidence<T> | undefined): MergedEvidence<T> {
  if (cluster === undefined) return { evidence: local };
  return cluster.outcome === 'ok' ? { evidence: cluster } : { evidence: local, unreachableFromCluster: cluster };
}

/** Merges local and cluster evidence of each key. */
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
