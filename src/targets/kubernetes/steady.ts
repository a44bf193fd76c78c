import type { WorkloadView } from './workloads.ts';

/**
 * How long a workload must stay ready after one of its pods restarted during the wait, in ms. A process that ends soon
 * after its start is ready for a few polls in between. The kubelet restarts a failed container at once, then after 10 s
 * (kubernetes.io, Pod Lifecycle, Restart policy), so that the next failure happens within this time. A pod that a
 * roll-out has replaced meanwhile does not count.
 */
export const HOLD_MS = 10_000;

/** The state of the polls so far. */
export interface Steadiness {
  /** Restarts by pod name. */
  readonly restarts: ReadonlyMap<string, number>;
  /**
   * For each pod that restarted during the wait: since when its workload is ready, in ms. Undefined while the workload
   * is not ready.
   */
  readonly held: ReadonlyMap<string, number | undefined>;
}

/**
 * Returns the steadiness after one more poll. `before` is undefined for the first poll, whose restarts happened before
 * the wait. `now` is in ms.
 */
export function steadinessAfter(
  before: Steadiness | undefined,
  views: readonly WorkloadView[],
  now: number,
): Steadiness {
  const held = new Map<string, number | undefined>();
  for (const { pods, settled } of views) {
    for (const pod of pods) {
      const hasRestarted = pod.restarts > (before?.restarts.get(pod.name) ?? baseOf(before, pod));
      if (!hasRestarted && before?.held.has(pod.name) !== true) continue;
      const since = hasRestarted ? now : (before?.held.get(pod.name) ?? now);
      held.set(pod.name, settled ? since : undefined);
    }
  }
  const pods = views.flatMap((view) => view.pods);
  return { restarts: new Map(pods.map(({ name, restarts }) => [name, restarts])), held };
}

/** Returns the restarts to compare with: all restarts of a pod that is new since the previous poll count. */
function baseOf(before: Steadiness | undefined, pod: WorkloadView['pods'][number]): number {
  return before === undefined ? pod.restarts : 0;
}

/** Returns the labels of the workloads that are ready but must stay so for a while. */
export function unsteady(views: readonly WorkloadView[], { held }: Steadiness, now: number): readonly string[] {
  const isHeld = ({ name }: WorkloadView['pods'][number]) =>
    now - (held.get(name) ?? Number.NEGATIVE_INFINITY) < HOLD_MS;
  return views.filter(({ settled, pods }) => settled && pods.some(isHeld)).map(({ label }) => label);
}
