import { at, listAt, textAt } from '../../base/json-path.ts';
import { counted } from '../../base/words.ts';
import type { DrillResult } from '../report.ts';
import { zoneOf, zonesOf } from '../shape/shape.ts';
import { componentOutcomes, verdictOf, withPreempted } from '../verdicts/disruption.ts';
import { spreadOutcomes } from '../verdicts/spread.ts';
import { type DrillSession, type Following, readWorkloads, releasePods, secondsSince, settle } from './session.ts';

/** Waits for the pods of the installation that `following` began to follow, and judges whether all were scheduled. */
export async function scheduleDrill(session: DrillSession, following: Following): Promise<DrillResult> {
  const workloads = await settle(session, following.workloads);
  const placements = following.stop();
  const { tier } = session;
  const { timeline, startedAt } = following;
  const pods = releasePods(session);
  const components = componentOutcomes({ kind: 'schedule', tier, workloads, timeline, pods });
  const replicas = workloads.reduce((sum, one) => sum + one.replicas, 0);
  const passed = `${counted(replicas, 'pod')} of ${counted(workloads.length, 'workload')} are ready`;
  const verdict = withPreempted(verdictOf(components, passed), following.preempted());
  return { kind: 'schedule', subject: 'all', ...verdict, seconds: secondsSince(startedAt), components, placements };
}

/** Judges where the pods are. */
export async function spreadDrill(session: DrillSession): Promise<DrillResult> {
  const startedAt = performance.now();
  const { api, namespace, shape, tier, promisedZones } = session;
  const claims = listAt(await api.get(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`), 'items');
  const components = spreadOutcomes({
    ...{ tier, promisedZones },
    workloads: await readWorkloads(session),
    pods: releasePods(session),
    zoneByNode: new Map(shape.nodes.map((node) => [node.name, zoneOf(node)])),
    zones: zonesOf(shape.nodes).length,
    claimModes: new Map(
      claims.map((claim) => [textAt(claim, 'metadata', 'name'), modesOf(at(claim, 'spec'))] as const),
    ),
  });
  const verdict = verdictOf(components, 'replicas of every redundant component are on several nodes and zones');
  return { kind: 'spread', subject: 'all', ...verdict, seconds: secondsSince(startedAt), components };
}

function modesOf(spec: unknown): readonly string[] {
  return listAt(spec, 'accessModes').filter((mode): mode is string => typeof mode === 'string');
}
