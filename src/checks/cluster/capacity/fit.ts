import type { NodeFact } from '../../../evidence/cluster/nodes.ts';
import type { NodeLoad, PodSums } from '../../../evidence/cluster/pods.ts';
import type { PlannedWorkload, RenderedSet } from '../../../evidence/rendered/set.ts';
import { BinPacking, emptiest, type FreeNode, fullest, type PodToPlace, type Preference } from './bin-packing.ts';
import { isMeant } from './rules.ts';

/**
 * What is lost, and the pods that then do not fit. `lost` is undefined if they do not fit although nothing is lost;
 * `rollout` is a workload whose rolling update has no node for its additional pods.
 */
export interface FitFailure {
  readonly lost: { readonly kind: 'node' | 'zone' | 'rollout'; readonly name: string } | undefined;
  readonly unplaced: readonly PodToPlace[];
}

export interface FitQuestion {
  /** Nodes that pods can be scheduled on. */
  readonly nodes: readonly NodeFact[];
  readonly pods: PodSums;
  readonly planned: RenderedSet;
  readonly loseAnyNode: boolean;
  readonly loseAnyZone: boolean;
}

const ZONE = 'topology.kubernetes.io/zone';
const NO_LOAD: Omit<NodeLoad, 'node'> = { fixed: { cpu: 0, memory: 0, count: 0 }, movable: [] };

/**
 * Returns the first of these in which pods do not fit: nothing lost, the rolling update of a workload whose replicas
 * must not share a node, any one zone lost, any one node lost. Undefined if
 * all fit. Free capacity is the allocatable capacity minus the requests of foreign unfinished pods. If a node is lost,
 * foreign pods on it move too, except DaemonSet and static pods. Pods on other nodes stay there; only if that does not
 * work, all planned pods are placed again on the remaining nodes.
 */
export function findFitFailure(question: FitQuestion): FitFailure | undefined {
  const free = freeNodes(question.nodes, question.pods);
  const planned = plannedPods(question.planned);
  const { board, unplaced } = placeAll(free, planned);
  if (unplaced.length > 0) return { lost: undefined, unplaced };
  for (const workload of question.planned.workloads.filter(refusesItself)) {
    const late = board.without([], surgePods(workload));
    if (late.length > 0) return { lost: { kind: 'rollout', name: workload.name }, unplaced: late };
  }
  const loads = new Map(question.pods.nodes.map((load) => [load.node, load]));
  for (const lost of losses(question)) {
    const moving = movingPods(lost.nodes, loads);
    const now = board.without(lost.nodes, moving);
    if (now.length === 0) continue;
    const gone = new Set(lost.nodes);
    const rest = free.filter(({ node }) => !gone.has(node.name));
    const { unplaced: still } = placeAll(rest, [...planned, ...moving]);
    if (still.length > 0) return { lost: { kind: lost.kind, name: lost.name }, unplaced: still };
  }
  return undefined;
}

/** The planned pods of every workload, one for each replica. */
export function plannedPods(planned: RenderedSet): readonly PodToPlace[] {
  return planned.workloads.flatMap((workload) => podsOf(workload, workload.replicas));
}

function podsOf({ name, pod }: PlannedWorkload, count: number): readonly PodToPlace[] {
  return Array.from({ length: count }, () => ({ name, cpu: pod.cpu, memory: pod.memory, shape: pod }));
}

/** True if no node may run two of its pods, so that a rolling update needs another node. */
function refusesItself({ pod }: PlannedWorkload): boolean {
  return pod.apart.some((term) => isMeant(term, pod.labels));
}

/** The pods that a rolling update adds at once: a quarter, rounded up (`maxSurge` of a Deployment by default). */
function surgePods(workload: PlannedWorkload): readonly PodToPlace[] {
  return podsOf(workload, Math.ceil(workload.replicas / 4));
}

/** Each node with its free capacity. Below zero (a node shrank below its requests) means no room. */
export function freeNodes(nodes: readonly NodeFact[], pods: PodSums): readonly FreeNode[] {
  const loads = new Map(pods.nodes.map((load) => [load.node, load]));
  return nodes.map((node) => {
    const { fixed, movable } = loads.get(node.name) ?? NO_LOAD;
    const taken = movable.reduce(
      (sum, group) => ({
        cpu: sum.cpu + group.count * group.cpu,
        memory: sum.memory + group.count * group.memory,
        pods: sum.pods + group.count,
      }),
      { cpu: fixed.cpu, memory: fixed.memory, pods: fixed.count },
    );
    const { allocatable } = node;
    return {
      node,
      free: {
        cpu: allocatable.cpu - taken.cpu,
        memory: allocatable.memory - taken.memory,
        pods: allocatable.pods - taken.pods,
      },
    };
  });
}

/** Zones of these nodes, sorted. */
export function zonesOf(nodes: readonly NodeFact[]): readonly string[] {
  return [...new Set(nodes.map((node) => node.labels[ZONE]).filter((zone) => zone !== undefined))].sort();
}

interface Loss {
  readonly kind: 'node' | 'zone';
  readonly name: string;
  /** Names of the nodes that are lost with it. */
  readonly nodes: readonly string[];
}

function losses({ nodes, loseAnyNode, loseAnyZone }: FitQuestion): readonly Loss[] {
  const single = nodes.map(({ name }) => ({ kind: 'node' as const, name, nodes: [name] }));
  const zones = zonesOf(nodes).map((zone) => ({
    kind: 'zone' as const,
    name: zone,
    nodes: nodes.filter((node) => node.labels[ZONE] === zone).map(({ name }) => name),
  }));
  return [...(loseAnyZone ? zones : []), ...(loseAnyNode ? single : [])];
}

interface Layout {
  readonly board: BinPacking;
  readonly unplaced: readonly PodToPlace[];
}

/** Places the pods on empty nodes, first spread, then packed; returns the one that leaves fewer pods unplaced. */
function placeAll(free: readonly FreeNode[], pods: readonly PodToPlace[]): Layout {
  const ordered = largestFirst(pods, free);
  const spread = layOut(free, ordered, emptiest);
  if (spread.unplaced.length === 0) return spread;
  const packed = layOut(free, ordered, fullest);
  return packed.unplaced.length < spread.unplaced.length ? packed : spread;
}

function layOut(free: readonly FreeNode[], pods: readonly PodToPlace[], prefer: Preference): Layout {
  const board = new BinPacking(free);
  return { board, unplaced: board.place(pods, prefer).unplaced };
}

function movingPods(lost: readonly string[], loads: ReadonlyMap<string, NodeLoad>): readonly PodToPlace[] {
  return lost
    .flatMap((name) => loads.get(name)?.movable ?? [])
    .flatMap(({ count, cpu, memory }) =>
      Array.from({ length: count }, () => ({ name: 'other pods', cpu, memory, shape: undefined })),
    );
}

/** Sorts pods with rules first, because fewer nodes suit them, then by their larger share of all free capacity. */
function largestFirst(pods: readonly PodToPlace[], free: readonly FreeNode[]): readonly PodToPlace[] {
  const total = (of: 'cpu' | 'memory') => free.reduce((sum, one) => sum + Math.max(0, one.free[of]), 0) || 1;
  const [cpu, memory] = [total('cpu'), total('memory')];
  const weight = (pod: PodToPlace) => (hasRules(pod) ? 1 : 0) + Math.max(pod.cpu / cpu, pod.memory / memory);
  return pods.toSorted((a, b) => weight(b) - weight(a));
}

function hasRules({ shape }: PodToPlace): boolean {
  if (shape === undefined) return false;
  return (
    shape.apart.length + shape.together.length + shape.nodeTerms.length + Object.keys(shape.nodeSelector).length > 0
  );
}
