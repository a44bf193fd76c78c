import { formatBytes } from '../../base/quantity.ts';
import { shellWord } from '../../base/shell-word.ts';
import { IMAGES_ON_A_NODE } from '../../checklist/nodes.ts';
import { CLUSTER_NODES } from '../../evidence/cluster/nodes.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, JudgeContext } from '../check.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { onKubernetes, warning } from '../when.ts';
import { unusableNodes } from './capacity/nodes.ts';

export const nodePressure: Check = {
  id: 'cluster.node-pressure',
  title: 'no node is short of disk, memory or process IDs',
  phases: ['preflight'],
  severity: warning,
  when: onKubernetes,
  requires: [CLUSTER_NODES],
  remedy: 'kubectl describe node NAME',
  judge: (context) => {
    const nodes = context.evidence(CLUSTER_NODES);
    // The conditions of a node that is not Ready are unreliable. Such a node does not count.
    const troubled = nodes.filter(({ ready, troubles }) => ready && troubles.length > 0);
    const first = troubled[0];
    if (first === undefined) return pass(`${counted(nodes.length, 'node')} without pressure`);
    return finding('warn', {
      observed: some(troubled.map(({ name, troubles }) => `${name} has ${troubles.join(' and ')}`)),
      expected: 'no pressure: a node under pressure evicts pods and accepts no new pods',
      remedy: `kubectl describe node ${shellWord(first.name)}`,
    });
  },
};

export const ephemeralStorage: Check = {
  id: 'cluster.ephemeral-storage',
  title: 'the nodes have disk space for the images',
  phases: ['preflight'],
  severity: warning,
  when: onKubernetes,
  requires: [CLUSTER_NODES],
  optional: [RENDERED_OBJECTS],
  remedy: 'use a larger root disk for the nodes: 100 GB leaves space for plugins and logs',
  judge: (context) => {
    const usable = usableNodes(context).filter(({ ephemeralStorage: bytes }) => bytes !== undefined && bytes > 0);
    const expected = `${formatBytes(IMAGES_ON_A_NODE)} of ephemeral storage for images`;
    const small = usable.filter(({ ephemeralStorage: bytes = 0 }) => bytes < IMAGES_ON_A_NODE);
    if (small.length === 0)
      return pass(
        usable.length === 0 ? 'no node reports its ephemeral storage' : `every node has ${expected}`,
        expected,
      );
    return finding('warn', {
      observed: some(small.map(({ name, ephemeralStorage: bytes = 0 }) => `${name} has ${formatBytes(bytes)}`)),
      expected,
    });
  },
};

function usableNodes(context: JudgeContext) {
  const nodes = context.evidence(CLUSTER_NODES);
  const unusable = unusableNodes(context, nodes);
  return nodes.filter((node) => !unusable.has(node.name));
}
