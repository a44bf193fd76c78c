import type { NodeFact } from '../../../evidence/cluster/nodes.ts';
import type { PodShape, PodTerm } from '../../../evidence/rendered/workload.ts';
import { admits, domainOf, isMeant } from './rules.ts';

/** Cores, bytes and pod slots. */
interface Capacity {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

/** A node, and its free capacity before anything is placed. */
export interface FreeNode {
  readonly node: NodeFact;
  readonly free: Capacity;
}

/**
 * A pod to place. `shape` has the rules of a planned pod; undefined for a foreign pod, of which only the size is known.
 */
export interface PodToPlace {
  readonly name: string;
  readonly cpu: number;
  readonly memory: number;
  readonly shape: PodShape | undefined;
}

export interface Placed {
  readonly pod: PodToPlace;
  readonly node: string;
}

/** Rounding errors of float sums are below this. */
const EPSILON = 1e-6;

interface Slot {
  readonly node: NodeFact;
  cpu: number;
  memory: number;
  pods: number;
  lost: boolean;
}

interface PlacedPod {
  readonly pod: PodToPlace;
  readonly spot: Slot;
}

/** A placed pod, and the free capacity of its node before. */
interface Step extends PlacedPod {
  readonly before: Capacity;
}

/** True if node `a` is better than node `b`; both have room. Without a preference, the first node with room is used. */
export type Preference = (a: Capacity, b: Capacity) => boolean;
/** Prefers the emptiest node, as the scheduler scores by default. */
export const emptiest: Preference = (a, b) => a.cpu > b.cpu || (a.cpu === b.cpu && a.memory > b.memory);
/** Prefers the fullest node, which leaves the largest gaps. */
export const fullest: Preference = (a, b) => a.cpu < b.cpu || (a.cpu === b.cpu && a.memory < b.memory);

/** Nodes with pods on them. Capacity and rules always hold: a pod that does not fit is not placed. */
export class BinPacking {
  readonly #spots: readonly Slot[];
  readonly #byName: ReadonlyMap<string, Slot>;
  /** Placed pods that have rules; few, however many nodes there are. */
  #standing: PlacedPod[] = [];

  constructor(nodes: readonly FreeNode[]) {
    this.#spots = nodes
      .map(({ node, free }) => ({ node, ...free, lost: false }))
      .sort((a, b) => b.cpu - a.cpu || b.memory - a.memory || (a.node.name < b.node.name ? -1 : 1));
    this.#byName = new Map(this.#spots.map((spot) => [spot.node.name, spot]));
  }

  /** Places the pods one after the other. Returns where each was placed, and those that do not fit. */
  place(
    pods: readonly PodToPlace[],
    prefer?: Preference,
  ): { readonly placed: readonly Placed[]; readonly unplaced: readonly PodToPlace[] } {
    const { steps, unplaced } = this.#placeAll(pods, prefer);
    return { placed: steps.map(({ pod, spot }) => ({ pod, node: spot.node.name })), unplaced };
  }

  /**
   * Returns the pods that would not fit if these nodes were lost, among their planned pods and `moving`. Restores its
   * state before it returns.
   */
  without(names: readonly string[], moving: readonly PodToPlace[]): readonly PodToPlace[] {
    const lost = names.map((name) => this.#byName.get(name)).filter((spot) => spot !== undefined);
    const standing = this.#standing;
    for (const spot of lost) spot.lost = true;
    this.#standing = standing.filter(({ spot }) => !spot.lost);
    const displaced = standing.filter(({ spot }) => spot.lost).map(({ pod }) => pod);
    const { unplaced, steps } = this.#placeAll([...displaced, ...moving], undefined);
    // Undo in reverse order and by value: adding the floats back would not restore them exactly.
    for (const { spot, before } of steps.toReversed()) Object.assign(spot, before);
    for (const spot of lost) spot.lost = false;
    this.#standing = standing;
    return unplaced;
  }

  #placeAll(pods: readonly PodToPlace[], prefer: Preference | undefined) {
    const steps: Step[] = [];
    const unplaced: PodToPlace[] = [];
    // Free capacity only shrinks here, so a node that is too full for a size stays too full: the next pod of that size
    // starts at the node of the last one.
    const from = new Map<string, number>();
    for (const pod of pods) {
      const size = `${pod.cpu}/${pod.memory}`;
      const spot =
        pod.shape === undefined && prefer === undefined ? this.#firstFit(pod, from, size) : this.#find(pod, prefer);
      if (spot === undefined) unplaced.push(pod);
      else {
        const { cpu, memory, pods: slots } = spot;
        steps.push({ pod, spot, before: { cpu, memory, pods: slots } });
        this.#put(pod, spot);
      }
    }
    return { steps, unplaced };
  }

  /** The first node with room for a pod without rules. */
  #firstFit(pod: PodToPlace, from: Map<string, number>, size: string): Slot | undefined {
    let at = from.get(size) ?? 0;
    let spot = this.#spots[at];
    while (spot !== undefined && (spot.lost || !hasCapacity(spot, pod))) spot = this.#spots[++at];
    from.set(size, at);
    return spot;
  }

  #find(pod: PodToPlace, prefer: Preference | undefined): Slot | undefined {
    let best: Slot | undefined;
    for (const spot of this.#spots) {
      if (spot.lost || !hasCapacity(spot, pod)) continue;
      if (best !== undefined && prefer?.(spot, best) !== true) continue;
      if (pod.shape !== undefined && !(admits(spot.node, pod.shape) && this.#agrees(spot, pod.shape))) continue;
      best = spot;
      if (prefer === undefined) return best;
    }
    return best;
  }

  #put(pod: PodToPlace, spot: Slot): void {
    spot.cpu -= pod.cpu;
    spot.memory -= pod.memory;
    spot.pods -= 1;
    if (pod.shape !== undefined) this.#standing = [...this.#standing, { pod, spot }];
  }

  #agrees(spot: Slot, shape: PodShape): boolean {
    return (
      !shape.apart.some((term) => this.#meantIn(spot, term).length > 0) &&
      shape.together.every((term) => this.#hasCompany(spot, shape, term)) &&
      // The anti-affinity of pods that are already placed counts too.
      !this.#standing.some(({ pod, spot: other }) => pod.shape?.apart.some((term) => refuses(term, other, spot, shape)))
    );
  }

  /**
   * True if the affinity holds. The first pod of a group matches its own rule, so any node with the topology key
   * accepts it.
   */
  #hasCompany(spot: Slot, shape: PodShape, term: PodTerm): boolean {
    if (this.#meantIn(spot, term).length > 0) return true;
    const exists = this.#standing.some(({ pod }) => isMeant(term, pod.shape?.labels ?? {}));
    return !exists && isMeant(term, shape.labels) && domainOf(spot.node, term.topologyKey) !== undefined;
  }

  /** The placed pods that the term selects, within the topology domain of the node. */
  #meantIn(spot: Slot, term: PodTerm): readonly PlacedPod[] {
    const domain = domainOf(spot.node, term.topologyKey);
    if (domain === undefined) return [];
    return this.#standing.filter(
      (other) => domainOf(other.spot.node, term.topologyKey) === domain && isMeant(term, other.pod.shape?.labels ?? {}),
    );
  }
}

function hasCapacity(spot: Slot, pod: PodToPlace): boolean {
  return spot.pods >= 1 && spot.cpu + EPSILON >= pod.cpu && spot.memory + EPSILON >= pod.memory;
}

function refuses(term: PodTerm, there: Slot, spot: Slot, shape: PodShape): boolean {
  const domain = domainOf(there.node, term.topologyKey);
  return domain !== undefined && domain === domainOf(spot.node, term.topologyKey) && isMeant(term, shape.labels);
}
