import type { PlacedPod } from '../report.ts';
import type { PodState } from './pod.ts';
import { podsOf, type Workload } from './workload.ts';

/** Returns where the pods of each workload are. A pod that waits for a node has none. */
export function placedPods(workloads: readonly Workload[], pods: readonly PodState[]): readonly PlacedPod[] {
  return workloads.flatMap((workload) =>
    podsOf(workload, pods).map(({ node, ready }) => ({ component: workload.component, node, ready })),
  );
}

/** Keeps the placement at the moment with the fewest ready pods. */
export class LowPoint {
  #least = Number.POSITIVE_INFINITY;
  #placed: readonly PlacedPod[] = [];

  add(placed: readonly PlacedPod[]): void {
    const ready = placed.filter((pod) => pod.ready).length;
    if (ready >= this.#least) return;
    this.#least = ready;
    this.#placed = placed;
  }

  get(): readonly PlacedPod[] {
    return this.#placed;
  }
}
