import { UserError } from '../../base/errors.ts';

/** A machine size as vendors list it: virtual CPUs and GiB of memory. */
export interface NodeClass {
  readonly cpus: number;
  readonly memoryGi: number;
}

/**
 * Parses `6x8C32G`, or several such groups (`4x8C32G,2x4C16G`), into one class per node. `0` means no nodes. Throws
 * UserError for any other text.
 */
export function parseNodes(text: string): NodeClass[] {
  if (text.trim() === '0') return [];
  return text.split(',').flatMap((group) => {
    const match = /^(\d+)x(\d+)C(\d+)G$/i.exec(group.trim());
    if (match === null) throw new UserError(`${JSON.stringify(group)} is not a group of nodes such as 6x8C32G`);
    const [count, cpus, memoryGi] = match.slice(1).map(Number) as [number, number, number];
    return Array.from({ length: count }, () => ({ cpus, memoryGi }));
  });
}

/** The share of 32 GiB that a kubelet reports after firmware and kernel (about 3.4 % less). */
const SEEN_OF_32_GI = 32_408_784 / (32 * 1024 * 1024);

/**
 * CPUs and memory that a managed node reserves: each step is the share of the size up to that limit. Source:
 * cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes (the CPU steps are the same on EKS).
 */
const RESERVED_CPU: readonly Step[] = [
  [1, 0.06],
  [2, 0.01],
  [4, 0.005],
  [Number.POSITIVE_INFINITY, 0.0025],
];
const RESERVED_MEMORY_GI: readonly Step[] = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Number.POSITIVE_INFINITY, 0.02],
];
const EVICTION_THRESHOLD_GI = 100 / 1024;

type Step = readonly [upTo: number, share: number];

function reserved(size: number, steps: readonly Step[]): number {
  let from = 0;
  let sum = 0;
  for (const [upTo, share] of steps) {
    sum += Math.max(0, Math.min(size, upTo) - from) * share;
    from = upTo;
  }
  return sum;
}

/** A node's `capacity` and `allocatable`, as a managed Kubernetes reports them for this class. */
export function nodeResources(node: NodeClass): Record<'capacity' | 'allocatable', Record<string, string>> {
  const memoryKi = Math.round(node.memoryGi * SEEN_OF_32_GI * 1024 * 1024);
  const seenGi = memoryKi / 1024 / 1024;
  const kept = (reserved(seenGi, RESERVED_MEMORY_GI) + EVICTION_THRESHOLD_GI) * 1024 * 1024;
  const fixed = { pods: '110', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0' };
  return {
    capacity: { cpu: `${node.cpus}`, memory: `${memoryKi}Ki`, 'ephemeral-storage': '101430960Ki', ...fixed },
    allocatable: {
      cpu: `${Math.round((node.cpus - reserved(node.cpus, RESERVED_CPU)) * 1000)}m`,
      memory: `${Math.round(memoryKi - kept)}Ki`,
      'ephemeral-storage': '93478772582',
      ...fixed,
    },
  };
}
