import { formatBytes, formatCpu, parseQuantity } from '../../../base/quantity.ts';
import { NEWEST_SET, sizesOf } from '../../../checklist/default-sets.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import { CLUSTER_AUTOSCALER } from '../../../evidence/cluster/autoscaler.ts';
import { CLUSTER_NODES } from '../../../evidence/cluster/nodes.ts';
import { CLUSTER_PODS } from '../../../evidence/cluster/pods.ts';
import { RENDERED_OBJECTS } from '../../../evidence/rendered/set.ts';
import type { Check } from '../../check.ts';
import { finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { freeNodes } from './fit.ts';
import { reachableNodes, unusableNodes } from './nodes.ts';

/**
 * Without a file there are no pods to place. Compares the requests of the tier's default sizes with the sum of free
 * capacity.
 */
export const capacityFree: Check = {
  id: 'cluster.capacity.free',
  title: 'the cluster has free capacity for the default sizes of the tier',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  // With a file, cluster.capacity.fit places every planned pod.
  when: (deployment) => deployment === undefined,
  requires: [CLUSTER_NODES, CLUSTER_PODS],
  optional: [RENDERED_OBJECTS, CLUSTER_AUTOSCALER],
  remedy: 'add a node of the class',
  judge: (context) => {
    const all = context.evidence(CLUSTER_NODES);
    const unusable = unusableNodes(context, all);
    const usable = all.filter((node) => !unusable.has(node.name));
    const free = freeNodes(usable, context.evidence(CLUSTER_PODS)).reduce(
      (sum, one) => ({ cpu: sum.cpu + Math.max(0, one.free.cpu), memory: sum.memory + Math.max(0, one.free.memory) }),
      { cpu: 0, memory: 0 },
    );
    const asked = asks(context.tier);
    const observed = `${formatCpu(free.cpu)} and ${formatBytes(free.memory)} free in total`;
    const expected = `at least ${formatCpu(asked.cpu)} and ${formatBytes(asked.memory)}, the default requests of ${context.tier}`;
    if (free.cpu >= asked.cpu && free.memory >= asked.memory) return pass(observed, expected);
    const reachable = reachableNodes(context.deployment, context.optionalEvidence(CLUSTER_AUTOSCALER)?.data) ?? 0;
    if (reachable <= usable.length) return finding('fail', { observed, expected });
    return finding('warn', { observed: `${observed}; an autoscaler may add nodes`, expected });
  },
};

/** Sum of the requests of every component that the tier enables by default, all replicas; in cores and bytes. */
function asks(tier: Tier): { readonly cpu: number; readonly memory: number } {
  return Object.values(sizesOf({ tier, defaults: NEWEST_SET }))
    .filter(({ enabled }) => enabled)
    .reduce(
      (sum, { replicas, requests }) => ({
        cpu: sum.cpu + replicas * parseQuantity(requests.cpu),
        memory: sum.memory + replicas * parseQuantity(requests.memory),
      }),
      { cpu: 0, memory: 0 },
    );
}
