import { KubectlError } from '../../exec/kubectl.ts';
import type { ApplyFailure } from '../target.ts';
import type { Connection } from './connection.ts';
import { podEvents } from './pod-events.ts';
import type { PodView } from './pods.ts';
import { workloadDetail, worstPod } from './status-text.ts';
import type { WorkloadView } from './workloads.ts';

/** Logs of every workload would bury the one that matters. */
const SHOWN_WORKLOADS = 5;
const LOG_LINES = 20;
const EVENT_LINES = 5;

/** What is known of each workload that is not ready: its worst pod, that pod's warnings and last log lines. */
export async function diagnose(
  connection: Connection,
  views: readonly WorkloadView[],
  signal: AbortSignal,
): Promise<readonly ApplyFailure[]> {
  // What fails stands before what only waits for it.
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
  { kubectl, release, redact }: Connection,
  { name, holdup }: PodView,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (holdup === undefined || !('container' in holdup)) return [];
  // Where the run before failed, its log says why; the one that has just begun says nothing yet.
  const previous = ('ran' in holdup ? holdup.ran : holdup.failedBefore !== '') ? ['--previous'] : [];
  const args = [
    'logs',
    name,
    '-n',
    release.namespace,
    '-c',
    holdup.container,
    '--tail',
    String(LOG_LINES),
    ...previous,
  ];
  try {
    const text = await kubectl.run(args, { signal });
    return redact(text)
      .split('\n')
      .filter((line) => line.trim() !== '');
  } catch (error) {
    // A container that never ran, or one on a simulated node, has no log.
    if (error instanceof KubectlError) return [];
    throw error;
  }
}
