import { counted } from '../../base/words.ts';
import { podsOf } from '../observation/workload.ts';
import type { DrillResult } from '../report.ts';
import { isRedundant } from '../verdicts/expectation.ts';
import { asWarning, lossDrill } from './loss.ts';
import { NO_POD, nodesToLose } from './nodes.ts';
import { nextPair, pairsToLose } from './pairs.ts';
import { type DrillSession, readWorkloads, releasePods } from './session.ts';
import { skipped } from './skipped.ts';

const KIND = 'two-node-loss';

/**
 * Loses two nodes at once, and brings them back: every pair, or the pairs that matter most if there are many. Pods move
 * in between, so that a pair that then runs all replicas of a component is lost as well, once for each component.
 */
export async function twoNodeLossDrills(session: DrillSession): Promise<readonly DrillResult[]> {
  const schedulable = session.shape.nodes.filter((node) => node.schedulable);
  if (schedulable.length < 3) return [claimed(session, tooFew(schedulable.length))];
  const workloads = await readWorkloads(session);
  const { pairs, all } = pairsToLose(nodesToLose(session), workloads, releasePods(session));
  const suspects = new Set(workloads.filter((one) => one.replicas > 1 && isRedundant(one, session.tier)));
  const left = [...pairs];
  const results: DrillResult[] = [];
  for (;;) {
    const pods = releasePods(session).filter(({ ready }) => ready);
    const placed = [...suspects].map((workload) => ({ workload, pods: podsOf(workload, pods) }));
    const next = nextPair(schedulable, placed);
    if (next !== undefined) suspects.delete(next.workload);
    const pair = next?.pair ?? left[0];
    if (pair === undefined) break;
    const names = pair.map(({ name }) => name);
    const index = left.findIndex((one) => one.every(({ name }) => names.includes(name)));
    if (index >= 0) left.splice(index, 1);
    const result = await lossDrill(session, KIND, names.join(' + '), pair);
    const chosen = pairs.length === all ? '' : ` (one of the ${pairs.length} worst of ${all} pairs)`;
    results.push(claimed(session, { ...result, message: result.message + chosen }));
  }
  return results.length === 0 ? [skipped(KIND, NO_POD)] : results;
}

function tooFew(nodes: number): DrillResult {
  const message = `pods can be scheduled on ${counted(nodes, 'node')}: a loss of two stops every component`;
  return { ...skipped(KIND, message), status: 'fail', remedy: 'add nodes' };
}

/** A failure is a warning if the file promises nothing about two lost nodes. */
function claimed({ lostNodes }: DrillSession, result: DrillResult): DrillResult {
  return lostNodes > 1 ? result : asWarning(result);
}
