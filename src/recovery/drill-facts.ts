import type { DrillRecord } from './drill-record.ts';

/** Seconds of work that a disaster at the time of the drill would have cost: the age of the newest set. */
export function lossOf({ at, commonPoint }: Pick<DrillRecord, 'at' | 'commonPoint'>): number {
  return Math.max(0, (Date.parse(at) - Date.parse(commonPoint)) / 1_000);
}

/** What a drill proves to others: `4 invariants hold`, or the first one that does not. */
export function drillWords({ outcome, invariants, failure }: DrillRecord): string {
  const wrong = invariants.find(({ status }) => status === 'fail' || status === 'unknown');
  if (failure !== undefined) return failure;
  if (wrong !== undefined) return `${wrong.id}: ${wrong.observed}`;
  return outcome === 'pass'
    ? `${invariants.filter(({ status }) => status === 'pass').length} invariants hold`
    : 'failed';
}
