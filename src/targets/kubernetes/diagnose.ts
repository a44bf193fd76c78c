import type { ApplyFailure } from '../target.ts';
import type { Connection } from './connection.ts';
import { logLines } from './log-lines.ts';
import { podEvents } from './pod-events.ts';
import type { PodView } from './pods.ts';
import { workloadDetail, worstPod } from './status-text.ts';
import type { WorkloadView } from './workloads.ts';

/** Limits the logs: those of every workload would hide the one that matters. */
const SHOWN_WORKLOADS = 5;
const LOG_LINES = 20;
const EVENT_LINES = 5;

/** Returns a failure for each workload that is not ready: its worst pod, that pod's warnings and last log lines. */
export async function diagnose(
  connection: Connection,
  views: readonly WorkloadView[],
  signal: AbortSignal,
): Promise<readonly ApplyFailure[]> {
  // Workloads that fail come before those that only wait for them.
  const failing = views
    .filter(({ settled }) => !settled)
    .toSorted((a, b) => Number(isFailing(b)) - Number(isFailing(a)))
    .slice(0, SHOWN_WORKLOADS);
  return Promise.all(failing.map((view) => failureOf(connection, view, signal)));
}

function isFailing({ pods }: WorkloadView): boolean {
  return worstPod(pods)?.holdup?.kind === 'failing';
}

async function failureOf(connection: Connection, view: WorkloadView, signal: AbortSignal): Promise<ApplyFailure> {
  const pod = worstPod(view.pods);
  const reason = workloadDetail(view) || `${view.ready} of ${view.desired} ready`;
  if (pod?.holdup === undefined) return { workload: view.name, reason, logs: [], events: [] };
  const [logs, events] = await Promise.all([
    lastLines(connection, pod, signal),
    podEvents(connection, pod.name, signal),
  ]);
  return {
    workload: view.name,
    reason: `pod ${pod.name}: ${reason}`,
    logs,
    events: events
      .filter(({ warning }) => warning)
      .slice(-EVENT_LINES)
      .map(({ reason: what, message }) => connection.redact(`${what}: ${message}`)),
  };
}

async function lastLines(
  connection: Connection,
  { name, holdup }: PodView,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (holdup === undefined || !('container' in holdup)) return [];
  const container = [name, '-c', holdup.container];
  const hasFailed = 'ran' in holdup ? holdup.ran : holdup.failedBefore !== '';
  // If the previous run of the container failed, its log has the cause; the new run's log is often still empty.
  const previous = hasFailed ? await logLines(connection, [...container, '--previous'], LOG_LINES, signal) : [];
  return previous.length > 0 ? previous : logLines(connection, container, LOG_LINES, signal);
}
