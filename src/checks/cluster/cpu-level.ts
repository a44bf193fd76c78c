import { CLUSTER_NODES, type NodeFact } from '../../evidence/cluster/nodes.ts';
import type { Check } from '../check.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { onKubernetes, warning } from '../when.ts';

/** Label prefix of Node Feature Discovery. A Node object itself does not list the features of its processor. */
const PREFIX = 'feature.node.kubernetes.io/cpu-cpuid.';
/** Each of these implies all of x86-64-v2. NFD labels AVX by default, but not SSE4.2 and similar features. */
const SIGNS = ['AVX', 'AVX2', 'SSE42'];

export const clusterCpuLevel: Check = {
  id: 'cluster.cpu-level',
  title: 'the processors of the nodes have the features that the Python packages of the images need',
  phases: ['preflight'],
  severity: warning,
  when: onKubernetes,
  requires: [CLUSTER_NODES],
  remedy:
    'on the node: grep -c sse4_2 /proc/cpuinfo; if it is 0, set the CPU type of the virtual machine to that of its host, or keep Dify off the node with components.<name>.nodeSelector',
  judge: (context) => {
    const expected = 'x86-64-v2 on every node';
    const told = context.evidence(CLUSTER_NODES).filter(isTold);
    if (told.length === 0) {
      return pass('no node reports the features of its processor (Node Feature Discovery adds them)', expected);
    }
    const lacking = told.filter(({ labels }) => SIGNS.every((sign) => labels[PREFIX + sign] !== 'true'));
    if (lacking.length === 0) return pass(`x86-64-v2 on ${counted(told.length, 'node')}`, expected);
    const names = some(lacking.map(({ name }) => name));
    return finding('warn', {
      observed: `the labels of ${names} show neither AVX nor SSE4.2`,
      expected,
      message: `the labels of ${names} show neither AVX nor SSE4.2, as with QEMU's default processor: without SSE4.2, NumPy does not load, and the api does not start`,
    });
  },
};

/** True if NFD labelled this amd64 node. NFD only labels features that exist, so one label proves that it ran. */
function isTold({ architecture, labels }: NodeFact): boolean {
  return architecture === 'amd64' && Object.keys(labels).some((name) => name.startsWith(PREFIX));
}
