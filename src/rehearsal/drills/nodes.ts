import type { PodState } from '../observation/pod.ts';
import type { Workload } from '../observation/workload.ts';
import type { Api } from '../plane/api.ts';
import type { ShapeNode } from '../shape/shape.ts';
import { type DrillSession, releasePods, settle } from './session.ts';

/**
 * The taint of a node that is out of service: controllers evict its pods at once, and the scheduler avoids it
 * (kubernetes.io, Non-graceful node shutdown). So a rehearsal does not wait for the eviction time-out.
 */
const LOST = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };

export const NO_POD = 'no pod of the release runs on a node';

/** Returns the schedulable nodes that run pods of the release. */
export function nodesOfRelease(session: DrillSession): readonly ShapeNode[] {
  const used = new Set(releasePods(session).map(({ node }) => node));
  return session.shape.nodes.filter(({ name, schedulable }) => schedulable && used.has(name));
}

/**
 * Returns the schedulable nodes whose loss can affect the release: those that run its pods, or pods of others that
 * could preempt one of its pods when they move. The loss of any other node changes nothing for the release.
 */
export function nodesToLose(session: DrillSession): readonly ShapeNode[] {
  const { watch, namespace, shape } = session;
  const lowest = Math.min(...releasePods(session).map(({ priority }) => priority));
  const used = new Set(
    watch
      .pods()
      .filter((pod) => pod.namespace === namespace || pod.priority > lowest)
      .map(({ node }) => node),
  );
  return shape.nodes.filter(({ name, schedulable }) => schedulable && used.has(name));
}

const path = (node: Pick<ShapeNode, 'name'>): string => `/api/v1/nodes/${node.name}`;

/** Makes nodes unavailable at once. */
export async function loseNodes(api: Api, nodes: readonly ShapeNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => api.patch(path(node), { spec: { taints: [...node.taints, LOST] } })));
}

/** Reverts `loseNodes`. */
export async function returnNodes(api: Api, nodes: readonly ShapeNode[]): Promise<void> {
  await Promise.all(nodes.map((node) => api.patch(path(node), { spec: { taints: node.taints } })));
}

/** Cordons a node, or makes it schedulable again. */
export async function cordon(api: Api, node: ShapeNode, unschedulable: boolean): Promise<void> {
  await api.patch(path(node), { spec: { unschedulable } });
}

/**
 * Makes the pods that are not in `before` move: a node came back, and the next drill begins with the placement that the
 * scheduler chooses with all nodes.
 */
export async function rebalance(
  session: DrillSession,
  workloads: readonly Workload[],
  before: readonly PodState[],
): Promise<void> {
  const known = new Set(before.map(({ uid }) => uid));
  const moved = releasePods(session).filter((pod) => !pod.ending && !known.has(pod.uid) && pod.node !== '');
  await Promise.all(moved.map((pod) => deletePod(session.api, pod)));
  // The watch may report the deletions later. Until then the deleted pods look ready.
  const deleted = new Set(moved.map(({ uid }) => uid));
  await settle(session, workloads, ({ uid }) => !deleted.has(uid));
}

async function deletePod(api: Api, { namespace, name }: PodState): Promise<void> {
  // Its controller may have deleted it already.
  await api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`).catch(() => undefined);
}
