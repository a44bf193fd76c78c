import type { PodState } from './pod.ts';
import { podsOf, type Workload } from './workload.ts';

/** What the pods of one workload did during a drill. */
export interface WorkloadHistory {
  readonly minimumReady: number;
  /** Seconds until all replicas were ready for good. Undefined if they are not. */
  readonly readyAfter: number | undefined;
}

interface Count {
  least: number;
  /** Milliseconds since the start at which the replicas became complete; undefined while they are not. */
  completeAt: number | undefined;
}

/** Counts the ready pods of each workload at every change, from the start of a drill. */
export class Timeline {
  readonly #counts = new Map<string, Count>();
  readonly #workloads: readonly Workload[];
  readonly #startedAt: number;
  readonly #lost: ReadonlySet<string>;

  /** `lost`: nodes whose pods do not count, because the drill lost them. Times are in milliseconds. */
  constructor(workloads: readonly Workload[], startedAt: number, lost: ReadonlySet<string> = new Set()) {
    this.#workloads = workloads;
    this.#startedAt = startedAt;
    this.#lost = lost;
  }

  /** Adds the pods as they are at `now`. */
  add(pods: readonly PodState[], now: number): void {
    for (const workload of this.#workloads) {
      const ready = podsOf(workload, pods).filter((pod) => pod.ready && !this.#lost.has(pod.node)).length;
      const count = this.#counts.get(workload.name) ?? { least: ready, completeAt: undefined };
      this.#counts.set(workload.name, count);
      count.least = Math.min(count.least, ready);
      if (ready < workload.replicas) count.completeAt = undefined;
      else count.completeAt ??= now - this.#startedAt;
    }
  }

  history({ name }: Pick<Workload, 'name'>): WorkloadHistory {
    const count = this.#counts.get(name);
    const at = count?.completeAt;
    return { minimumReady: count?.least ?? 0, readyAfter: at === undefined ? undefined : Math.round(at / 100) / 10 };
  }
}
