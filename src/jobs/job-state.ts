import { listAt, textAt } from '../base/json-path.ts';

/** How far a Job is. `why` is the reason as message text. */
export type JobState =
  | { readonly is: 'absent' }
  | { readonly is: 'active' }
  | { readonly is: 'complete' }
  | { readonly is: 'failed'; readonly why: string };

/** Returns the state of a Job of one pod. Undefined stands for a Job that does not exist. */
export function jobState(job: unknown): JobState {
  if (job === undefined) return { is: 'absent' };
  const conditions = listAt(job, 'status', 'conditions').filter((one) => textAt(one, 'status') === 'True');
  if (conditions.some((one) => textAt(one, 'type') === 'Complete')) return { is: 'complete' };
  const failed = conditions.find((one) => textAt(one, 'type') === 'Failed');
  if (failed === undefined) return { is: 'active' };
  return { is: 'failed', why: textAt(failed, 'message') || textAt(failed, 'reason') };
}
