import { at, labelsAt, listAt, quantityAt, textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** Cores, bytes, number of pods. */
export interface NodeAmounts {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

/** What checks need to know of a node. */
export interface NodeFact {
  readonly name: string;
  readonly ready: boolean;
  readonly schedulable: boolean;
  readonly os: string;
  readonly architecture: string;
  readonly kubeletVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacity: NodeAmounts;
  readonly allocatable: NodeAmounts;
  /** Allocatable bytes for images, logs and scratch files of pods; undefined if the node does not report it. */
  readonly ephemeralStorage: number | undefined;
  /** Conditions that are true and mean a problem, such as `DiskPressure`. */
  readonly troubles: readonly string[];
  /** True for a node that kwok simulates. */
  readonly simulated: boolean;
}
export const CLUSTER_NODES = evidenceKey<readonly NodeFact[]>('cluster.nodes', 2);

/** Conditions of kubelet itself; those of node-problem-detector and clouds are less reliable. */
const TROUBLES = new Set(['DiskPressure', 'MemoryPressure', 'PIDPressure', 'NetworkUnavailable']);

export const clusterNodesCollector: Collector<readonly NodeFact[]> = {
  key: CLUSTER_NODES,
  timeoutMs: 60_000,
  collect: (context) =>
    fromCluster(context, 'list nodes', (cluster) => cluster.list('/api/v1/nodes', nodeFact, context.signal)),
};

/** The facts of a Node object. */
export function nodeFact(node: unknown): NodeFact {
  return {
    name: textAt(node, 'metadata', 'name'),
    ready: listAt(node, 'status', 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
    ),
    schedulable: at(node, 'spec', 'unschedulable') !== true,
    os: textAt(node, 'status', 'nodeInfo', 'operatingSystem'),
    architecture: textAt(node, 'status', 'nodeInfo', 'architecture'),
    kubeletVersion: textAt(node, 'status', 'nodeInfo', 'kubeletVersion'),
    labels: labelsAt(node, 'metadata', 'labels'),
    taints: listAt(node, 'spec', 'taints').map((taint) => ({
      key: textAt(taint, 'key'),
      value: textAt(taint, 'value'),
      effect: textAt(taint, 'effect'),
    })),
    capacity: amounts(at(node, 'status', 'capacity')),
    allocatable: amounts(at(node, 'status', 'allocatable')),
    ephemeralStorage: quantityAt(node, 'status', 'allocatable', 'ephemeral-storage'),
    troubles: listAt(node, 'status', 'conditions')
      .filter((condition) => textAt(condition, 'status') === 'True')
      .map((condition) => textAt(condition, 'type'))
      .filter((type) => TROUBLES.has(type)),
    simulated: textAt(node, 'metadata', 'annotations', 'kwok.x-k8s.io/node') === 'fake',
  };
}

function amounts(value: unknown): NodeAmounts {
  return {
    cpu: quantityAt(value, 'cpu') ?? 0,
    memory: quantityAt(value, 'memory') ?? 0,
    pods: quantityAt(value, 'pods') ?? 0,
  };
}
