import { at, listAt, textAt } from '../../base/json-path.ts';
import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { effectiveRequests, type Requests } from '../pod-requests.ts';
import { type LabelRule, nodeRules } from '../rendered/workload.ts';
import { fromCluster } from './connect.ts';

/** Pods of one size that could run on another node; for sums, the totals. */
interface PodGroup extends Requests {
  readonly count: number;
  /** Undefined for priority 0, and for sums. */
  readonly priority?: number;
  /** A node must match all rules of one of the lists. Undefined for any node, and for sums. */
  readonly nodeRules?: readonly (readonly LabelRule[])[];
}

/** Sums of the requests of unfinished pods of others on a node. */
export interface NodeLoad {
  readonly node: string;
  /** DaemonSet and static pods: they are bound to their node. */
  readonly fixed: PodGroup;
  /** The other pods, grouped by size, priority and node rules: they can move to another node. */
  readonly movable: readonly PodGroup[];
}

export interface PodSums {
  readonly nodes: readonly NodeLoad[];
  /** Pods of others that are not scheduled yet. */
  readonly waiting: PodGroup;
  /** Pods of this release. They are not in the sums, because the plan counts them. */
  readonly own: number;
}
export const CLUSTER_PODS = evidenceKey<PodSums>('cluster.pods', 1);

/** Excludes finished pods, which hold no resources. */
const UNFINISHED = '/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed';

export const clusterPodsCollector: Collector<PodSums> = {
  key: CLUSTER_PODS,
  timeoutMs: 120_000,
  collect: async (context) => {
    const isOwn = ownPods(context);
    const tally = await fromCluster(context, 'list pods in all namespaces', (cluster) =>
      cluster.fold(
        UNFINISHED,
        () => new PodTally(),
        (sum, pod) => sum.add(podFact(pod, isOwn)),
        context.signal,
      ),
    );
    return tally.sums();
  },
};

/** The facts of a pod that the sums need. */
interface PodFact extends Requests {
  readonly node: string;
  readonly fixed: boolean;
  readonly own: boolean;
  readonly priority: number;
  readonly nodeRules: PodGroup['nodeRules'];
}

function ownPods({ deployment }: CollectContext): (pod: unknown) => boolean {
  if (deployment?.target.type !== 'kubernetes') return () => false;
  const { namespace } = deployment.target;
  return (pod) =>
    textAt(pod, 'metadata', 'namespace') === namespace &&
    textAt(pod, 'metadata', 'labels', 'app.kubernetes.io/instance') === deployment.name;
}

/** The facts of a Pod object; undefined for a finished one. */
export function podFact(pod: unknown, isOwn: (pod: unknown) => boolean): PodFact | undefined {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const owners = listAt(pod, 'metadata', 'ownerReferences').map((owner) => textAt(owner, 'kind'));
  const isMirror = textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== '';
  return {
    node: textAt(pod, 'spec', 'nodeName'),
    fixed: isMirror || owners.includes('DaemonSet') || owners.includes('Node'),
    own: isOwn(pod),
    priority: priorityOf(pod),
    nodeRules: nodeRules(at(pod, 'spec')),
    ...effectiveRequests(at(pod, 'spec')),
  };
}

/** The number that admission wrote for the pod's priority class. */
function priorityOf(pod: unknown): number {
  const priority = at(pod, 'spec', 'priority');
  return typeof priority === 'number' && Number.isInteger(priority) ? priority : 0;
}

/** Sums per node, one pod at a time: memory grows with the number of nodes and sizes, not of pods. */
export class PodTally {
  readonly #loads = new Map<string, { fixed: PodGroup; readonly movable: Map<string, PodGroup> }>();
  #waiting = NONE;
  #own = 0;

  /** Adds a pod. Undefined, for a finished pod, adds nothing. */
  add(pod: PodFact | undefined): void {
    if (pod === undefined) return;
    if (pod.own) this.#own += 1;
    else if (pod.node === '') this.#waiting = plus(this.#waiting, pod);
    else this.#addTo(pod.node, pod);
  }

  sums(): PodSums {
    const nodes = [...this.#loads].map(([node, { fixed, movable }]) => ({
      node,
      fixed,
      movable: [...movable.values()],
    }));
    nodes.sort((a, b) => (a.node < b.node ? -1 : 1));
    return { nodes, waiting: this.#waiting, own: this.#own };
  }

  #addTo(node: string, pod: PodFact): void {
    const load = this.#loads.get(node) ?? { fixed: NONE, movable: new Map<string, PodGroup>() };
    this.#loads.set(node, load);
    if (pod.fixed) {
      load.fixed = plus(load.fixed, pod);
      return;
    }
    const { cpu, memory, priority, nodeRules: rules } = pod;
    const kind = `${cpu}/${memory}/${priority}/${rules === undefined ? '' : JSON.stringify(rules)}`;
    const count = (load.movable.get(kind)?.count ?? 0) + 1;
    load.movable.set(kind, {
      ...{ cpu, memory, count },
      ...(priority === 0 ? {} : { priority }),
      ...(rules === undefined ? {} : { nodeRules: rules }),
    });
  }
}

const NONE: PodGroup = { cpu: 0, memory: 0, count: 0 };

/** Adds a pod to a sum. */
function plus(sum: PodGroup, pod: Requests): PodGroup {
  return { cpu: sum.cpu + pod.cpu, memory: sum.memory + pod.memory, count: sum.count + 1 };
}
