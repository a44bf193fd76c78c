import { counted } from '../../base/words.ts';
import type { PodState } from '../observation/pod.ts';
import { isStuck } from '../observation/settled.ts';
import { podsOf, type Workload } from '../observation/workload.ts';
import { ApiError } from '../plane/api.ts';
import type { DrillResult } from '../report.ts';
import type { ShapeNode } from '../shape/shape.ts';
import { componentOutcomes, verdictOf, withPreempted } from '../verdicts/disruption.ts';
import { cordon, NO_POD, nodesOfRelease, rebalance } from './nodes.ts';
import { type DrillSession, follow, pause, readWorkloads, releasePods, secondsSince, settle } from './session.ts';
import { skipped } from './skipped.ts';

/** A budget that refuses an eviction for this long, although all pods are ready, refuses it for good. */
const REFUSED_MS = 2_500;
const LIMIT_MS = 60_000;
const RETRY_MS = 50;
const TOO_MANY_REQUESTS = 429;

/** Drains each node that runs pods of the release in turn, as `kubectl drain` does: cordon, then evict each pod as its budget allows. */
export async function drainDrills(session: DrillSession): Promise<readonly DrillResult[]> {
  const results: DrillResult[] = [];
  for (const node of nodesOfRelease(session)) results.push(await drainDrill(session, node));
  return results.length === 0 ? [skipped('drain', NO_POD)] : results;
}

async function drainDrill(session: DrillSession, node: ShapeNode): Promise<DrillResult> {
  const before = releasePods(session);
  const following = follow(session, await readWorkloads(session));
  await cordon(session.api, node, true);
  const refused = await evictAll(session, following.workloads, node);
  const workloads = refused.size > 0 ? following.workloads : await settle(session, following.workloads);
  const placements = following.stop();
  const { timeline, startedAt } = following;
  const observed = { kind: 'drain', tier: session.tier, timeline, pods: releasePods(session), refused } as const;
  const components = componentOutcomes({ ...observed, workloads });
  const seconds = secondsSince(startedAt);
  const evicted = before.filter((pod) => pod.node === node.name).length;
  await cordon(session.api, node, false);
  await rebalance(session, following.workloads, before);
  const passed = `${counted(evicted, 'pod was', 'pods were')} evicted, and every budget held`;
  const verdict = withPreempted(verdictOf(components, passed), following.preempted());
  return { kind: 'drain', subject: node.name, ...verdict, seconds, components, placements };
}

/** Evicts the pods of the release from a node. Returns the refusals that do not end, by workload. */
async function evictAll(
  session: DrillSession,
  workloads: readonly Workload[],
  node: ShapeNode,
): Promise<ReadonlyMap<string, string>> {
  const until = performance.now() + LIMIT_MS;
  for (;;) {
    const left = releasePods(session).filter((pod) => pod.node === node.name);
    if (left.length === 0) return new Map();
    const refusals = new Map<string, string>();
    for (const pod of left.filter(({ ending }) => !ending)) {
      const refusal = await evict(session, pod);
      if (refusal !== undefined) refusals.set(ownerOf(workloads, pod), refusal);
    }
    const quiet = performance.now() - session.watch.changedAt();
    const isFinal = quiet > REFUSED_MS || (quiet > RETRY_MS * 20 && isStuck(workloads, releasePods(session)));
    if (refusals.size > 0 && (isFinal || performance.now() > until)) return refusals;
    if (performance.now() > until)
      return new Map(left.map((pod) => [ownerOf(workloads, pod), 'the drain does not end']));
    await pause(session, RETRY_MS);
  }
}

/** Asks for the eviction of a pod. Returns the server's words if a budget refuses it. */
async function evict({ api }: DrillSession, { namespace, name }: PodState): Promise<string | undefined> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
  try {
    await api.create(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // 404: it is gone already.
    return error.status === TOO_MANY_REQUESTS ? error.said : undefined;
  }
}

function ownerOf(workloads: readonly Workload[], pod: PodState): string {
  return workloads.find((workload) => podsOf(workload, [pod]).length > 0)?.name ?? pod.name;
}
