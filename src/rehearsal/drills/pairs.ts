import type { PodState } from '../observation/pod.ts';
import { podsOf, type Workload } from '../observation/workload.ts';
import type { ShapeNode } from '../shape/shape.ts';

/** Pairs that are lost at most: all pairs of six nodes. Each takes some seconds. */
const MOST_PAIRS = 15;

type Pair = readonly [ShapeNode, ShapeNode];

export interface ChosenPairs {
  readonly pairs: readonly Pair[];
  /** The number of all pairs. */
  readonly all: number;
}

/**
 * Returns every pair of the nodes. If there are more than 15, returns the 15 worst: first those that leave the fewest
 * ready replicas of a workload with several, then those that run the most pods.
 */
export function pairsToLose(
  nodes: readonly ShapeNode[],
  workloads: readonly Workload[],
  pods: readonly PodState[],
): ChosenPairs {
  const pairs = nodes.flatMap((first, index) => nodes.slice(index + 1).map((second): Pair => [first, second]));
  if (pairs.length <= MOST_PAIRS) return { pairs, all: pairs.length };
  const several = workloads.filter(({ replicas }) => replicas > 1).map((workload) => podsOf(workload, pods));
  const ranked = pairs.map((pair) => {
    const isLost = ({ node }: PodState): boolean => pair.some(({ name }) => name === node);
    const least = Math.min(...several.map((own) => own.filter((pod) => pod.ready && !isLost(pod)).length));
    return { pair, least, moved: pods.filter(isLost).length };
  });
  ranked.sort((a, b) => a.least - b.least || b.moved - a.moved);
  return { pairs: ranked.slice(0, MOST_PAIRS).map(({ pair }) => pair), all: pairs.length };
}

interface Placed {
  readonly workload: Workload;
  /** Its ready pods. */
  readonly pods: readonly PodState[];
}

/** Returns a pair of nodes that runs all ready pods of a workload, and the workload. Undefined if none does. */
export function nextPair(
  nodes: readonly ShapeNode[],
  placed: readonly Placed[],
): { readonly pair: Pair; readonly workload: Workload } | undefined {
  for (const { workload, pods } of placed) {
    const names = new Set(pods.map(({ node }) => node));
    const used = nodes.filter(({ name }) => names.has(name));
    const [first, second = nodes.find((node) => node !== first)] = used;
    if (used.length > 2 || used.length < names.size || first === undefined || second === undefined) continue;
    return { pair: [first, second], workload };
  }
  return undefined;
}
