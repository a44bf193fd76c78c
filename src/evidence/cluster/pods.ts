import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { effectiveRequests, type Requests } from '../pod-requests.ts';
import { at, listAt, textAt } from '../read.ts';
import { fromCluster } from './connect.ts';

/** Pods of one size that could run on another node. */
interface PodGroup extends Requests {
  readonly count: number;
}

/** What other people's unfinished pods take of a node, as sums. */
export interface NodeLoad {
  readonly node: string;
  /** DaemonSet and static pods: they end with their node. */
  readonly fixed: PodGroup;
  /** The others, grouped by size: they would have to move. */
  readonly movable: readonly PodGroup[];
}

export interface PodSums {
  readonly nodes: readonly NodeLoad[];
  /** Pods of others that no node has yet. */
  readonly waiting: PodGroup;
  /** Pods of this very release, left out of everything above: they are what is planned. */
  readonly own: number;
}
export const CLUSTER_PODS = evidenceKey<PodSums>('cluster.pods', 1);

/** Finished pods hold nothing. */
const UNFINISHED = '/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed';

export const clusterPodsCollector: Collector<PodSums> = {
  key: CLUSTER_PODS,
  timeoutMs: 120_000,
  collect: async (context) => {
    const isOwn = ownPods(context);
    const pods = await fromCluster(context, 'list pods in all namespaces', (cluster) =>
      cluster.list(UNFINISHED, (pod) => podFact(pod, isOwn), context.signal),
    );
    return sumPods(pods);
  },
};

export interface PodFact extends Requests {
  readonly node: string;
  readonly fixed: boolean;
  readonly own: boolean;
}

function ownPods({ deployment }: CollectContext): (pod: unknown) => boolean {
  if (deployment?.target.type !== 'kubernetes') return () => false;
  const { namespace } = deployment.target;
  return (pod) =>
    textAt(pod, 'metadata', 'namespace') === namespace &&
    textAt(pod, 'metadata', 'labels', 'app.kubernetes.io/instance') === deployment.name;
}

/** The projection of a Pod object; undefined for a finished one. */
export function podFact(pod: unknown, isOwn: (pod: unknown) => boolean): PodFact | undefined {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const owners = listAt(pod, 'metadata', 'ownerReferences').map((owner) => textAt(owner, 'kind'));
  const isMirror = textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== '';
  return {
    node: textAt(pod, 'spec', 'nodeName'),
    fixed: isMirror || owners.includes('DaemonSet') || owners.includes('Node'),
    own: isOwn(pod),
    ...effectiveRequests(at(pod, 'spec')),
  };
}

/** Sums per node, so that the evidence stays small however many pods there are. */
export function sumPods(pods: readonly PodFact[]): PodSums {
  const loads = new Map<string, { fixed: PodGroup; movable: Map<string, PodGroup> }>();
  let waiting: PodGroup = { cpu: 0, memory: 0, count: 0 };
  for (const pod of pods.filter((candidate) => !candidate.own)) {
    if (pod.node === '') {
      waiting = plus(waiting, pod);
      continue;
    }
    const load = loads.get(pod.node) ?? { fixed: { cpu: 0, memory: 0, count: 0 }, movable: new Map() };
    if (pod.fixed) load.fixed = plus(load.fixed, pod);
    else {
      const size = `${pod.cpu}/${pod.memory}`;
      const count = (load.movable.get(size)?.count ?? 0) + 1;
      load.movable.set(size, { cpu: pod.cpu, memory: pod.memory, count });
    }
    loads.set(pod.node, load);
  }
  const nodes = [...loads].map(([node, { fixed, movable }]) => ({ node, fixed, movable: [...movable.values()] }));
  nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
  return { nodes, waiting, own: pods.filter((pod) => pod.own).length };
}

/** A group as the sum of its pods. */
function plus(sum: PodGroup, pod: Requests): PodGroup {
  return { cpu: sum.cpu + pod.cpu, memory: sum.memory + pod.memory, count: sum.count + 1 };
}
