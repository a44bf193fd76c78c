import { ageWords } from '../../base/duration.ts';
import { scheduledWork } from '../../deployment/scheduled-work.ts';
import { readSchedule } from '../../evidence/recovery/schedule.ts';
import type { DeploymentContext } from '../../operations/open-deployment.ts';
import { offWords, type ScheduledFact } from '../../recovery/schedule-facts.ts';

/** What `status` shows of scheduled backups. */
export type ShownSchedule = readonly ScheduledFact[] | { readonly reason: string };

/** Reads the CronJobs or timers once. Undefined if the file schedules nothing. Never throws. */
export async function shownSchedule(
  { deployment, runner, kubeArgs, baseDirectory }: DeploymentContext,
  signal: AbortSignal,
): Promise<ShownSchedule | undefined> {
  if (scheduledWork(deployment).length === 0) return undefined;
  try {
    return await readSchedule({ deployment, runner, kubeArgs, baseDirectory, signal });
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** `backup 3h ago`, `verify did not run yet`, `prune failed 2h ago: …`: a text for each work. */
export function scheduleWords(shown: ShownSchedule, now: Date): readonly string[] {
  if ('reason' in shown) return [`unknown: ${shown.reason}`];
  return shown.map(({ name, state, failed, succeededAt, object }) => {
    if (state === 'missing') return `${name}: ${object} does not exist`;
    const off = state === 'off' ? `, ${offWords(object)}` : '';
    if (failed !== undefined) return `${name} failed ${ageWords(failed.at, now)}: ${failed.reason}${off}`;
    return `${name} ${succeededAt === undefined ? 'did not run yet' : `succeeded ${ageWords(succeededAt, now)}`}${off}`;
  });
}
