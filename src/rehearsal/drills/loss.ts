import { counted } from '../../base/words.ts';
import type { DrillKind, DrillResult } from '../report.ts';
import { type ShapeNode, zoneOf, zonesOf } from '../shape/shape.ts';
import { componentOutcomes, verdictOf, withPreempted } from '../verdicts/disruption.ts';
import { loseNodes, NO_POD, nodesToLose, rebalance, returnNodes } from './nodes.ts';
import { type DrillSession, follow, readWorkloads, releasePods, secondsSince, settle } from './session.ts';
import { skipped } from './skipped.ts';

/** Loses each node in turn whose loss can affect the release, and brings it back. */
export async function nodeLossDrills(
  session: DrillSession,
  kind: 'node-loss' | 'autoscale-node-loss',
): Promise<readonly DrillResult[]> {
  const nodes = session.shape.nodes.filter((node) => node.schedulable);
  if (nodes.length < 2) return [onlyOne(kind, 'node', nodes[0]?.name)];
  const results: DrillResult[] = [];
  for (const node of nodesToLose(session)) results.push(await lossDrill(session, kind, node.name, [node]));
  return results.length === 0 ? [skipped(kind, NO_POD)] : results;
}

/** Loses each zone in turn, and brings it back. */
export async function zoneLossDrills(session: DrillSession): Promise<readonly DrillResult[]> {
  const { shape, promisedZones } = session;
  const zones = zonesOf(shape.nodes);
  if (zones.length < 2 && promisedZones < 2) {
    return [skipped('zone-loss', 'the file promises one zone (recovery.topology.zones), and the nodes are in one')];
  }
  if (zones.length < 2) return [onlyOne('zone-loss', 'zone', zones[0])];
  const results: DrillResult[] = [];
  for (const zone of zones) {
    const nodes = shape.nodes.filter((node) => zoneOf(node) === zone);
    const result = await lossDrill(session, 'zone-loss', zone, nodes);
    results.push(promisedZones > 1 ? result : asWarning(result));
  }
  return results;
}

/** Loses nodes at once, and brings them back. */
export async function lossDrill(
  session: DrillSession,
  kind: DrillKind,
  subject: string,
  nodes: readonly ShapeNode[],
): Promise<DrillResult> {
  const before = releasePods(session);
  const lost = new Set(nodes.map(({ name }) => name));
  const following = follow(session, await readWorkloads(session), { lost });
  await loseNodes(session.api, nodes);
  const workloads = await settle(session, following.workloads, ({ node }) => !lost.has(node));
  const placements = following.stop();
  const { timeline, startedAt } = following;
  const { tier } = session;
  const components = componentOutcomes({ kind, tier, workloads, timeline, pods: releasePods(session) });
  const seconds = secondsSince(startedAt);
  const moved = before.filter(({ node }) => nodes.some(({ name }) => name === node)).length;
  await returnNodes(session.api, nodes);
  await rebalance(session, following.workloads, before);
  const passed = `${counted(moved, 'pod')} moved and became ready`;
  const verdict = withPreempted(verdictOf(components, passed), following.preempted());
  return { kind, subject, ...verdict, seconds, components, placements };
}

function onlyOne(kind: DrillKind, what: 'node' | 'zone', name: string | undefined): DrillResult {
  return {
    ...{ kind, subject: name ?? what, status: 'fail', seconds: 0, components: [] },
    message: `all pods are in one ${what}${name === undefined ? '' : `, ${name}`}: its loss stops every component`,
    remedy: what === 'node' ? 'add nodes' : 'add nodes in other zones, or promise one zone: recovery.topology.zones',
  };
}

/** The file promises nothing about what was lost. */
export function asWarning(result: DrillResult): DrillResult {
  return result.status === 'fail' ? { ...result, status: 'warn' } : result;
}
