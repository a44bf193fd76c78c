import { span } from '../base/duration.ts';
import type { DrillRecord, FullDrill } from './drill-record.ts';

/** Seconds of work that a disaster at the time of the drill would have cost: the age of the newest set. */
export function lossOf({ at, commonPoint }: Pick<DrillRecord, 'at' | 'commonPoint'>): number {
  return Math.max(0, (Date.parse(at) - Date.parse(commonPoint)) / 1_000);
}

/** Seconds of the restore and, if the drill was a full one, of Dify's start. */
export function recoverySeconds({ restoreSeconds, full }: Pick<DrillRecord, 'restoreSeconds' | 'full'>): number {
  return restoreSeconds + (full?.startSeconds ?? 0);
}

/** `restored in 12m`, and after a full drill `restored in 12m, Dify started in 41s`. */
export function recoveryWords({ restoreSeconds, full }: Pick<DrillRecord, 'restoreSeconds' | 'full'>): string {
  const restored = `restored in ${span(restoreSeconds)}`;
  return full === undefined ? restored : `${restored}, Dify started in ${span(full.startSeconds)}`;
}

/** True if Dify started on the restored data, and neither a check nor the workflow failed or is unknown. */
export function isServing(full: FullDrill): boolean {
  return full.failures.length === 0 && !resultsOf(full).some(isWrong);
}

/** The checks of a full drill and its workflow; none if the drill verified the data alone. */
export function resultsOf({ checks, workflow }: Pick<FullDrill, 'checks' | 'workflow'>): FullDrill['checks'] {
  return workflow === undefined ? checks : [...checks, workflow];
}

function isWrong({ status }: { readonly status: string }): boolean {
  return status === 'fail' || status === 'unknown';
}

/** What a drill proves to others: `4 invariants hold`, or the first invariant, check or workflow that does not pass. */
export function drillWords({ outcome, invariants, failure, full }: DrillRecord): string {
  const wrong = [...invariants, ...(full === undefined ? [] : resultsOf(full))].find(isWrong);
  if (failure !== undefined) return failure;
  if (wrong !== undefined) return `${wrong.id}: ${wrong.observed}`;
  const [stopped] = full?.failures ?? [];
  if (stopped !== undefined) return `${stopped.service}: ${stopped.reason}`;
  if (outcome === 'fail') return 'failed';
  const held = `${countPassed(invariants)} invariants hold`;
  if (full === undefined) return held;
  return `${held}, ${countPassed(full.checks)} checks of Dify pass${workflowWords(full)}`;
}

/** What a full drill that passed says of its workflow: `, a workflow succeeded`. Empty for any other drill. */
export function workflowWords(full: FullDrill | undefined): string {
  if (full?.workflow === undefined) return '';
  return full.workflow.status === 'pass' ? ', a workflow succeeded' : ', no workflow was run';
}

function countPassed(results: readonly { readonly status: string }[]): number {
  return results.filter(({ status }) => status === 'pass').length;
}
