import { listAt } from '../../base/json-path.ts';
import { counted } from '../../base/words.ts';
import { type Autoscaler, autoscalerOf, type Workload } from '../observation/workload.ts';
import type { DrillResult } from '../report.ts';
import { componentOutcomes, verdictOf, withPreempted } from '../verdicts/disruption.ts';
import { type DrillSession, follow, readWorkloads, releasePods, secondsSince, settle } from './session.ts';

/** Reads the autoscalers of the release. */
export async function readAutoscalers({ api, namespace }: DrillSession): Promise<readonly Autoscaler[]> {
  const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
  return listAt(await api.get(path), 'items')
    .map(autoscalerOf)
    .filter((one) => one !== undefined);
}

/** Sets the replicas of autoscaled workloads, without metrics: the autoscalers' controller then changes nothing. */
export async function scaleTo(
  session: DrillSession,
  autoscalers: readonly Autoscaler[],
  replicasOf: (scaler: Autoscaler, workload: Workload) => number,
): Promise<void> {
  const { api, namespace } = session;
  const workloads = await readWorkloads(session);
  for (const scaler of autoscalers) {
    const workload = workloads.find(({ name }) => name === scaler.workload);
    if (workload === undefined) continue;
    const plural = workload.kind === 'Deployment' ? 'deployments' : 'statefulsets';
    const path = `/apis/apps/v1/namespaces/${namespace}/${plural}/${workload.name}/scale`;
    await api.patch(path, { spec: { replicas: replicasOf(scaler, workload) } });
  }
}

/** Scales every autoscaled workload to its maximum. */
export async function autoscaleDrill(session: DrillSession, autoscalers: readonly Autoscaler[]): Promise<DrillResult> {
  const startedAt = performance.now();
  await scaleTo(session, autoscalers, ({ most }) => most);
  const following = follow(session, await readWorkloads(session));
  const workloads = await settle(session, following.workloads);
  const placements = following.stop();
  const { timeline } = following;
  const pods = releasePods(session);
  const components = componentOutcomes({ kind: 'autoscale', tier: session.tier, workloads, timeline, pods });
  const passed = `${counted(autoscalers.length, 'autoscaler')} at the maximum: all pods are ready`;
  const verdict = withPreempted(verdictOf(components, passed), following.preempted());
  return { kind: 'autoscale', subject: 'all', ...verdict, seconds: secondsSince(startedAt), components, placements };
}
