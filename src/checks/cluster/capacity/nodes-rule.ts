import { NODE_CLASS_TOLERANCE, type NodeRequirement } from '../../../checklist/nodes.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import type { NodeAmounts, NodeFact } from '../../../evidence/cluster/nodes.ts';

const GIB = 2 ** 30;
/** With fewer nodes than this, sums prove nothing: the loss of one loses half. */
const FEWEST_PROD_NODES = 3;

export interface NodeCount {
  /** Nodes of the class, judged by capacity. */
  readonly ofClass: readonly NodeFact[];
  readonly tooSmall: readonly NodeFact[];
}

export type NodesVerdict = 'enough' | 'enough-in-sum' | 'may-grow' | 'too-few';

/**
 * True if the machine was sold as at least this class. Firmware, kernel and hypervisor keep part of the nominal size.
 */
export function isOfClass(capacity: NodeAmounts, requirement: NodeRequirement): boolean {
  return reaches(capacity, requirement, 1);
}

/** Splits the usable nodes by the required class. */
export function countNodes(usable: readonly NodeFact[], requirement: NodeRequirement): NodeCount {
  return {
    ofClass: usable.filter((node) => isOfClass(node.capacity, requirement)),
    tooSmall: usable.filter((node) => !isOfClass(node.capacity, requirement)),
  };
}

/**
 * The verdict of the checklist. In prod, three or more nodes of the class are also enough if their sum reaches that of
 * the full number (smaller nodes do not count); an autoscaler may add nodes up to `reachable` (undefined: none). In
 * test, any nodes are enough if their sum reaches the class.
 */
export function judgeNodes(
  { ofClass, tooSmall }: NodeCount,
  tier: Tier,
  requirement: NodeRequirement,
  reachable: number | undefined,
  picksSizes = false,
): NodesVerdict {
  if (ofClass.length >= requirement.count) return 'enough';
  if (tier === 'test') {
    return reaches(sum([...ofClass, ...tooSmall]), requirement, requirement.count) ? 'enough-in-sum' : 'too-few';
  }
  if (ofClass.length >= FEWEST_PROD_NODES && reaches(sum(ofClass), requirement, requirement.count))
    return 'enough-in-sum';
  // If all nodes are too small, more of the same size do not help, unless the autoscaler picks sizes for the waiting
  // pods.
  const growsRight = picksSizes || ofClass.length > 0 || tooSmall.length === 0;
  return growsRight && reachable !== undefined && reachable >= requirement.count ? 'may-grow' : 'too-few';
}

/** Total capacity of these nodes. */
export function sum(nodes: readonly NodeFact[]): NodeAmounts {
  return nodes.reduce(
    (total, { capacity }) => ({
      cpu: total.cpu + capacity.cpu,
      memory: total.memory + capacity.memory,
      pods: total.pods + capacity.pods,
    }),
    { cpu: 0, memory: 0, pods: 0 },
  );
}

function reaches({ cpu, memory }: NodeAmounts, requirement: NodeRequirement, times: number): boolean {
  const share = times * (1 - NODE_CLASS_TOLERANCE);
  return cpu >= requirement.cpu * share && memory >= requirement.memoryGiB * GIB * share;
}
