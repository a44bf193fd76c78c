import type { PendingPod } from '../report.ts';
import type { PodState } from './pod.ts';
import { podsOf, type Workload } from './workload.ts';

/** True if every workload has all its replicas, all are ready, and none is left that is being deleted. */
export function isSettled(
  workloads: readonly Workload[],
  pods: readonly PodState[],
  isCurrent: (pod: PodState) => boolean = () => true,
): boolean {
  if (pods.some((pod) => pod.ending)) return false;
  return workloads.every((workload) => {
    const own = podsOf(workload, pods);
    return own.length === workload.replicas && own.every((pod) => pod.ready && isCurrent(pod));
  });
}

/** The pods of a workload that are not ready, and those that its controller cannot create, with the reason. */
export function pendingOf(workload: Workload, pods: readonly PodState[]): readonly PendingPod[] {
  const own = podsOf(workload, pods);
  const waiting = own.filter((pod) => !pod.ready).map((pod) => ({ pod: pod.name, reason: pod.unschedulable ?? '' }));
  const uncreated = Math.max(0, workload.replicas - own.length);
  const reason = workload.cannotCreate ?? '';
  return [...waiting, ...Array.from({ length: uncreated }, () => ({ pod: `${workload.name}-?`, reason }))];
}

/** True if nothing is being deleted and each missing replica has a reason, so that waiting cannot help. */
export function isStuck(workloads: readonly Workload[], pods: readonly PodState[]): boolean {
  if (pods.some((pod) => pod.ending)) return false;
  const pending = workloads.flatMap((workload) => pendingOf(workload, pods));
  return pending.length > 0 && pending.every(({ reason }) => reason !== '');
}
