import { NODE_CLASS_TOLERANCE, type NodeRequirement } from '../../../checklist/nodes.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import type { NodeAmounts, NodeFact } from '../../../evidence/cluster/nodes.ts';

const GIB = 2 ** 30;
/** With fewer nodes than this, sums say nothing: losing one loses half. */
const FEWEST_PROD_NODES = 3;

export interface NodeCount {
  /** Of the class, judged on capacity. */
  readonly ofClass: readonly NodeFact[];
  readonly tooSmall: readonly NodeFact[];
}

export type NodesVerdict = 'enough' | 'enough-in-sum' | 'may-grow' | 'too-few';

/** True where a machine was sold as at least this class: firmware, kernel and hypervisor keep some of what the label says. */
export function isOfClass(capacity: NodeAmounts, requirement: NodeRequirement): boolean {
  return reaches(capacity, requirement, 1);
}

/** Parts the usable nodes by the class that is asked for. */
export function countNodes(usable: readonly NodeFact[], requirement: NodeRequirement): NodeCount {
  return {
    ofClass: usable.filter((node) => isOfClass(node.capacity, requirement)),
    tooSmall: usable.filter((node) => !isOfClass(node.capacity, requirement)),
  };
}

/**
 * The checklist's answer. In prod, three nodes or more of at least the class carry it too where their own sum reaches that of the full number
 * (smaller nodes are left out of it), and so may nodes that an autoscaler can still add, up to `reachable` (undefined: none).
 * In test, any nodes whose sum reaches the class.
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
  // More of the same would not help where all there is is too small, unless what adds nodes picks their size by the pods that wait.
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
