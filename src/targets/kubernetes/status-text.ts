import { counted } from '../../base/words.ts';
import type { PendingReason, PodView } from './pods.ts';
import type { WorkloadView } from './workloads.ts';

/** Returns `api 2/3  worker 3/3`. Workloads that are not ready come first, so that they are noticed. */
export function readinessLine(views: readonly WorkloadView[]): string {
  const ordered = views.toSorted((a, b) => Number(a.settled) - Number(b.settled));
  return ordered.map(({ label, ready, desired }) => `${label} ${ready}/${desired}`).join('  ');
}

/** Returns what the wait is for, in words, each text once. `pulling` has the images that nodes are pulling, by pod. */
export function pendingLines(views: readonly WorkloadView[], pulling: ReadonlyMap<string, string>): readonly string[] {
  const lines = views
    .filter(({ settled }) => !settled)
    .flatMap(({ label, pods, complaint }) => [
      ...(complaint === '' ? [] : [`${label}: ${complaint}`]),
      ...pods.flatMap((pod) =>
        pod.holdup === undefined ? [] : [`${label}: ${pendingText(label, pod, pod.holdup, pulling)}`],
      ),
    ]);
  return [...new Set(lines)];
}

/** Returns why a workload is not ready, for `status`. Empty if it is ready. */
export function workloadDetail({ settled, label, complaint, pods }: WorkloadView): string {
  if (settled) return '';
  const pod = worstPod(pods);
  if (pod?.holdup === undefined) return complaint;
  return pendingText(label, pod, pod.holdup, new Map());
}

/** Returns the pod that best shows why its workload is not ready: failing before unschedulable before starting. */
export function worstPod(pods: readonly PodView[]): PodView | undefined {
  const rank = { failing: 0, unschedulable: 1, unready: 2, init: 3, starting: 4, creating: 5 } as const;
  const score = ({ holdup, restarts }: PodView) => (holdup === undefined ? 9 : rank[holdup.kind]) - restarts / 1000;
  return pods.toSorted((a, b) => score(a) - score(b))[0];
}

function pendingText(
  label: string,
  { name, node, restarts }: PodView,
  holdup: PendingReason,
  pulling: ReadonlyMap<string, string>,
): string {
  switch (holdup.kind) {
    case 'unschedulable':
      return `no node can run a pod: ${holdup.message}`;
    case 'unready':
      return `containers are ready but the pod is not; check node ${node}${holdup.message === '' ? '' : ` ${holdup.message}`}`;
    case 'failing':
      return `${holdup.reason}${restarts > 0 ? `, ${counted(restarts, 'restart')}` : ''}${holdup.message === '' ? '' : `: ${holdup.message}`}`;
    case 'init':
      return `waiting in init container ${holdup.container} since ${clock(holdup.since)}${failedText(restarts, holdup.failedBefore)}`;
    case 'starting': {
      // The community chart migrates the database when an api pod starts; the pod becomes ready afterwards.
      const doing = label === 'api' ? 'migration and start-up' : 'starting';
      return `${doing} since ${clock(holdup.since)}${failedText(restarts, holdup.failedBefore)}`;
    }
    case 'creating': {
      const image = pulling.get(name);
      if (image !== undefined) return `pulling ${image} on ${node}`;
      return node === '' ? 'waiting for a node' : `creating the container on ${node}`;
    }
  }
}

/** Returns `, 2 restarts, the last after exit code 3`. Empty if no run failed. */
function failedText(restarts: number, failedBefore: string): string {
  return failedBefore === '' ? '' : `, ${counted(restarts, 'restart')}, the last one after ${failedBefore}`;
}

/** Returns the time of day of an RFC 3339 time, UTC: `12:03:41`. */
function clock(time: string): string {
  return /T(\d\d:\d\d:\d\d)/.exec(time)?.[1] ?? time;
}
