import type { PodState } from '../observation/pod.ts';
import type { Workload } from '../observation/workload.ts';
import type { DrillResult } from '../report.ts';
import { componentOutcomes, verdictOf, withPreempted } from '../verdicts/disruption.ts';
import { type DrillSession, follow, readWorkloads, releasePods, secondsSince, settle } from './session.ts';

/** Marks the pods of the new version. */
const VERSION = 'rehearsal/version';

/** Rolls all workloads out at once, as an upgrade does. */
export async function rolloutDrill(session: DrillSession): Promise<DrillResult> {
  const following = follow(session, await readWorkloads(session));
  const version = String(Math.round(following.startedAt));
  const isNew = (pod: PodState): boolean => pod.annotations[VERSION] === version;
  await Promise.all(following.workloads.map((workload) => rollOut(session, workload, version)));
  const workloads = await settle(session, following.workloads, isNew);
  const placements = following.stop();
  const { timeline, startedAt } = following;
  const pods = releasePods(session);
  const components = componentOutcomes({ kind: 'rollout', tier: session.tier, workloads, timeline, pods });
  const seconds = secondsSince(startedAt);
  const passed = 'every replica was replaced, and never fewer were ready than promised';
  const verdict = withPreempted(verdictOf(components, passed), following.preempted());
  if (!pods.every(isNew)) {
    // It does not end. The next drills begin with the version that ran.
    await Promise.all(following.workloads.map((workload) => rollOut(session, workload, null)));
    await settle(session, following.workloads);
  }
  return { kind: 'rollout', subject: 'all', ...verdict, seconds, components, placements };
}

async function rollOut(
  { api, namespace }: DrillSession,
  { kind, name }: Workload,
  version: string | null,
): Promise<void> {
  const plural = kind === 'Deployment' ? 'deployments' : 'statefulsets';
  const template = { metadata: { annotations: { [VERSION]: version } } };
  await api.patch(`/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`, { spec: { template } });
}
