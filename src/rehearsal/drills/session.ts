import { setTimeout as delay } from 'node:timers/promises';
import { Interrupted } from '../../base/errors.ts';
import { listAt } from '../../base/json-path.ts';
import type { Tier } from '../../checklist/tiers.ts';
import { LowPoint, placedPods } from '../observation/placed.ts';
import type { PodState } from '../observation/pod.ts';
import { isSettled, isStuck } from '../observation/settled.ts';
import { Timeline } from '../observation/timeline.ts';
import { type Workload, workloadOf } from '../observation/workload.ts';
import type { Api } from '../plane/api.ts';
import type { PlacedPod, Placements } from '../report.ts';
import type { Shape } from '../shape/shape.ts';
import type { PodWatch } from './watch.ts';

/** All inputs of a drill. */
export interface DrillSession {
  readonly api: Api;
  readonly watch: PodWatch;
  readonly namespace: string;
  readonly shape: Shape;
  readonly tier: Tier;
  /** Zones that the file promises. */
  readonly promisedZones: number;
  /** Nodes that may be lost at once, as the file promises. */
  readonly lostNodes: number;
  readonly signal: AbortSignal;
}

/** Nothing changed for this long, and each missing replica has a reason: waiting cannot help. */
const QUIET_MS = 1_500;
/** The longest wait of one step. Controllers and scheduler of a busy machine need some seconds. */
const LIMIT_MS = 90_000;
const POLL_MS = 25;

/** The pods of the release, without those that ended. */
export function releasePods({ watch, namespace }: DrillSession): readonly PodState[] {
  return watch.pods().filter((pod) => pod.namespace === namespace && !pod.ended);
}

/** Reads the workloads of the release with their budgets. */
export async function readWorkloads({ api, namespace }: DrillSession): Promise<readonly Workload[]> {
  const list = async (path: string, kind: string): Promise<readonly unknown[]> =>
    // Items of a list have no kind.
    listAt(await api.get(path), 'items').map((item) => ({ ...(item as object), kind }));
  const [deployments, sets, budgets] = await Promise.all([
    list(`/apis/apps/v1/namespaces/${namespace}/deployments`, 'Deployment'),
    list(`/apis/apps/v1/namespaces/${namespace}/statefulsets`, 'StatefulSet'),
    list(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, 'PodDisruptionBudget'),
  ]);
  return [...deployments, ...sets].map((object) => workloadOf(object, budgets));
}

/** A drill while it runs: its timeline follows the pods. */
export interface Following {
  readonly workloads: readonly Workload[];
  readonly timeline: Timeline;
  readonly startedAt: number;
  /** Pods of others that the scheduler evicted since the start. */
  preempted(): number;
  /** Ends it. Returns the placements of its start, its low point and now. */
  stop(): Placements;
}

/** Begins to follow the pods. `lost`: nodes whose pods no longer count. `startedAt`: when the drill began. */
export function follow(
  session: DrillSession,
  workloads: readonly Workload[],
  { lost, startedAt = performance.now() }: { readonly lost?: ReadonlySet<string>; readonly startedAt?: number } = {},
): Following {
  const timeline = new Timeline(workloads, startedAt, lost);
  const lowPoint = new LowPoint();
  const placed = (): readonly PlacedPod[] => placedPods(workloads, releasePods(session));
  const preempted = new Set<string>();
  const hear = (now: number): void => {
    for (const pod of session.watch.pods()) {
      if (pod.preempted && pod.namespace !== session.namespace) preempted.add(pod.uid);
    }
    timeline.add(releasePods(session), now);
    lowPoint.add(placed().filter(({ node }) => lost?.has(node) !== true));
  };
  const before = placed();
  hear(performance.now());
  const end = session.watch.follow((_, now) => hear(now));
  const stop = (): Placements => {
    end();
    return { before, during: lowPoint.get(), after: placed() };
  };
  return { workloads, timeline, startedAt, preempted: () => preempted.size, stop };
}

/**
 * Waits until all replicas are ready, or waiting cannot help. Returns the workloads, with the reason if a controller
 * cannot create pods. `isCurrent`: which pods count, in a roll-out.
 */
export async function settle(
  session: DrillSession,
  workloads: readonly Workload[],
  isCurrent?: (pod: PodState) => boolean,
): Promise<readonly Workload[]> {
  const until = performance.now() + LIMIT_MS;
  let known = workloads;
  while (performance.now() < until) {
    await pause(session, POLL_MS);
    const pods = releasePods(session);
    if (isSettled(known, pods, isCurrent)) return known;
    if (performance.now() - session.watch.changedAt() < QUIET_MS) continue;
    known = await withFailures(session, workloads);
    if (isStuck(known, releasePods(session))) return known;
    await pause(session, POLL_MS * 8);
  }
  return known;
}

/** Adds why a controller cannot create pods: a quota, a limit. */
async function withFailures(session: DrillSession, workloads: readonly Workload[]): Promise<readonly Workload[]> {
  const now = new Map((await readWorkloads(session)).map((one) => [one.name, one.cannotCreate]));
  return workloads.map((workload) => ({ ...workload, cannotCreate: now.get(workload.name) }));
}

/** Waits. Throws Interrupted for an aborted signal. */
export async function pause({ signal }: Pick<DrillSession, 'signal'>, ms: number): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw new Interrupted();
  });
}

/** Seconds since a time of `performance.now()`, with one decimal. */
export function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}
