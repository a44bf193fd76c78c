import { scheduledWork } from '../../deployment/scheduled-work.ts';
import type { ScheduledFact } from '../../recovery/schedule-facts.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { cronJobs } from './schedule-kubernetes.ts';
import { timers } from './schedule-systemd.ts';

export const SCHEDULE = evidenceKey<readonly ScheduledFact[]>('recovery.schedule', 1);

type ScheduleContext = Pick<
  CollectContext,
  'deployment' | 'runner' | 'kubeArgs' | 'reads' | 'questions' | 'baseDirectory' | 'signal'
>;

/** Reads the CronJobs, or the timers of this host. Throws CollectionError. */
export async function readSchedule(context: ScheduleContext): Promise<readonly ScheduledFact[]> {
  const { deployment } = context;
  if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
  if (scheduledWork(deployment).length === 0) return [];
  return deployment.target.type === 'kubernetes'
    ? cronJobs({ ...context, deployment }, deployment.target.namespace)
    : timers({ ...context, deployment });
}

/** The scheduled work of the cluster or of this host. */
export const scheduleCollector: Collector<readonly ScheduledFact[]> = {
  key: SCHEDULE,
  timeoutMs: 30_000,
  collect: readSchedule,
};
