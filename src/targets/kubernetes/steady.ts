import type { WorkloadView } from './workloads.ts';

/**
 * How long a workload has to stay settled after one of its pods restarted during the wait, in ms. A process that ends soon after its start is ready for a
 * few looks in between; the kubelet starts a failed container again at once, then after 10 s (kubernetes.io, Pod Lifecycle, Restart policy), so that
 * the next failure shows within this time.
 */
export const HOLD_MS = 10_000;

/** What is remembered of the looks so far. */
export interface Steadiness {
  /** By pod. */
  readonly restarts: ReadonlyMap<string, number>;
  /** Since when workloads are settled whose pods restarted during the wait, in ms; undefined while such a one is not settled. */
  readonly held: ReadonlyMap<string, number | undefined>;
}

/** The steadiness after one more look; `before` is undefined for the first, whose restarts are older than the wait. `now` in ms. */
export function steadinessAfter(
  before: Steadiness | undefined,
  views: readonly WorkloadView[],
  now: number,
): Steadiness {
  const held = new Map<string, number | undefined>();
  for (const view of views) {
    const hasRestarted = view.pods.some(
      (pod) => pod.restarts > (before?.restarts.get(pod.name) ?? baseOf(before, pod)),
    );
    const name = nameOf(view);
    if (!hasRestarted && before?.held.has(name) !== true) continue;
    const since = hasRestarted ? now : (before?.held.get(name) ?? now);
    held.set(name, view.settled ? since : undefined);
  }
  const pods = views.flatMap((view) => view.pods);
  return { restarts: new Map(pods.map(({ name, restarts }) => [name, restarts])), held };
}

/** A pod that was not there at the look before has made all of its restarts since. */
function baseOf(before: Steadiness | undefined, pod: WorkloadView['pods'][number]): number {
  return before === undefined ? pod.restarts : 0;
}

/** The settled workloads that have to stay so for a while, by what people call them. */
export function unsteady(views: readonly WorkloadView[], { held }: Steadiness, now: number): readonly string[] {
  return views
    .filter((view) => view.settled && now - (held.get(nameOf(view)) ?? Number.NEGATIVE_INFINITY) < HOLD_MS)
    .map(({ label }) => label);
}

function nameOf({ kind, name }: WorkloadView): string {
  return `${kind}/${name}`;
}
