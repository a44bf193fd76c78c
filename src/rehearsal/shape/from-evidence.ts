import { ExternalError } from '../../base/errors.ts';
import { INGRESS_CLASSES, STORAGE_CLASSES } from '../../evidence/cluster/classes.ts';
import { CLUSTER_LIMITS } from '../../evidence/cluster/limits.ts';
import { CLUSTER_NODES } from '../../evidence/cluster/nodes.ts';
import { CLUSTER_PODS } from '../../evidence/cluster/pods.ts';
import { PRIORITY_CLASSES } from '../../evidence/cluster/priority-classes.ts';
import type { Collection } from '../../evidence/collect.ts';
import type { EvidenceKey } from '../../evidence/evidence.ts';
import { type Shape, shapeNodes } from './shape.ts';

/** A shape of a cluster, and what could not be read of it. */
export interface CollectedShape {
  readonly shape: Shape;
  /** One line for each kind of object that could not be read. */
  readonly notes: readonly string[];
}

/**
 * Reads the shape of the cluster through the collectors. Throws ExternalError if the nodes cannot be read; anything
 * else that cannot be read is left out and noted.
 */
export async function shapeFromCluster(collection: Pick<Collection, 'get'>): Promise<CollectedShape> {
  const notes: string[] = [];
  const read = async <T>(key: EvidenceKey<T>, otherwise: T): Promise<T> => {
    const { evidence } = await collection.get(key);
    if (evidence.outcome === 'ok' && evidence.data !== undefined) return evidence.data;
    notes.push(`${key.name} is not in the shape: ${evidence.missing ?? evidence.outcome}`);
    return otherwise;
  };
  const { evidence: nodes } = await collection.get(CLUSTER_NODES);
  if (nodes.outcome !== 'ok' || nodes.data === undefined) {
    throw new ExternalError(`the nodes of the cluster cannot be read: ${nodes.missing ?? nodes.outcome}`, {
      next: ['difyctl rehearse --nodes 6x8C32G --zones 3'],
    });
  }
  const [pods, storageClasses, ingressClasses, priorityClasses, limits] = await Promise.all([
    read(CLUSTER_PODS, { nodes: [], waiting: { cpu: 0, memory: 0, count: 0 }, own: 0 }),
    read(STORAGE_CLASSES, []),
    read(INGRESS_CLASSES, []),
    read(PRIORITY_CLASSES, []),
    read(CLUSTER_LIMITS, { quotas: [], ranges: [] }),
  ]);
  return {
    shape: {
      source: 'cluster',
      nodes: shapeNodes(nodes.data),
      ...{ loads: pods.nodes, storageClasses, ingressClasses, priorityClasses, limits },
    },
    notes,
  };
}
