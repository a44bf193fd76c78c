import { digestOf } from '../../base/digest.ts';
import type { IngressClassFact, StorageClassFact } from '../../evidence/cluster/classes.ts';
import type { LimitsFact } from '../../evidence/cluster/limits.ts';
import type { NodeAmounts, NodeFact, Taint } from '../../evidence/cluster/nodes.ts';
import type { NodeLoad } from '../../evidence/cluster/pods.ts';
import type { PriorityClassFact } from '../../evidence/cluster/priority-classes.ts';

/** A node of the cluster that is rehearsed. */
export interface ShapeNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly schedulable: boolean;
  readonly capacity: NodeAmounts;
  readonly allocatable: NodeAmounts;
}

/** All that a rehearsal copies of a cluster. Nothing of it is secret. */
export interface Shape {
  readonly source: 'cluster' | 'flags';
  /** Nodes that are Ready. */
  readonly nodes: readonly ShapeNode[];
  /** What pods of others request, per node. */
  readonly loads: readonly NodeLoad[];
  readonly storageClasses: readonly StorageClassFact[];
  readonly ingressClasses: readonly IngressClassFact[];
  readonly priorityClasses: readonly PriorityClassFact[];
  /** Quotas and limits of the namespace. */
  readonly limits: LimitsFact;
}

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Returns the zone of a node; empty if it has no label. */
export const zoneOf = ({ labels }: Pick<ShapeNode, 'labels'>): string => labels[ZONE_LABEL] ?? '';

/** Returns the zones of the nodes that pods can be scheduled on, sorted. */
export function zonesOf(nodes: readonly ShapeNode[]): readonly string[] {
  const zones = nodes.filter(({ schedulable }) => schedulable).map(zoneOf);
  return [...new Set(zones.filter((zone) => zone !== ''))].sort();
}

/** Returns the nodes of a cluster that belong to its shape: Linux nodes that are Ready. */
export function shapeNodes(nodes: readonly NodeFact[]): readonly ShapeNode[] {
  const ready = nodes.filter((node) => node.ready && node.os === 'linux');
  return ready.map(({ name, labels, taints, schedulable, capacity, allocatable }) => ({
    ...{ name, labels, schedulable, capacity, allocatable },
    // The taint of a cordoned node follows from `schedulable`.
    taints: taints.filter(({ key }) => key !== 'node.kubernetes.io/unschedulable'),
  }));
}

/** What distinguishes two sets of nodes for a rehearsal; neither their names nor what runs on them. */
export interface NodesSummary {
  readonly nodes: number;
  readonly zones: number;
  /** Digest of zone, size, taints and schedulability of each node. */
  readonly nodesDigest: string;
}

export function nodesSummary(nodes: readonly ShapeNode[]): NodesSummary {
  const each = nodes.map((node) => {
    const { capacity, schedulable, taints } = node;
    return digestOf({ zone: zoneOf(node), capacity, schedulable, taints });
  });
  return { nodes: nodes.length, zones: zonesOf(nodes).length, nodesDigest: digestOf(each.toSorted()) };
}
