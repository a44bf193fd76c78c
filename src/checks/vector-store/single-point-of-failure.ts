import { durationSeconds } from '../../base/duration.ts';
import { COPIES } from '../../checklist/vector-stores.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { VECTOR_STORE } from '../../evidence/vector-store/facts.ts';
import { vectorStoreProvider } from '../../providers/vector-store/registry.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, deploymentOf, finding, pass } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { errorInProd, withFile } from '../when.ts';
import { showNodes } from './managed.ts';
import { contextOf, notObserved, observed, reportedBy, unasked, type VectorStoreContext } from './store-check.ts';

const EXPECTED = `a vector store of ${COPIES} nodes or more`;

/**
 * In prod a single node is possible only as an accepted risk, with a drilled plan to restore or rebuild the vectors.
 */
export const vectorStoreSingle: Check = {
  id: 'vector-store.single-point-of-failure',
  title: 'the vector store survives the loss of a node',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  // Optional, because a bundled store has no probe and is judged too.
  optional: [VECTOR_STORE],
  remedy:
    'use a vector store with several nodes, or accept the risk (acceptedRisks) with a recovery plan that was drilled (recovery.vectorStore, recovery.drills)',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const { vectorStore } = deployment;
    if (vectorStore.mode === 'bundled') {
      const message = `bundled ${vectorStore.provider} runs as one copy: while it is down, no knowledge base answers`;
      return oneNode(deployment, context.now, { observed: `bundled ${vectorStore.provider}, one copy`, message });
    }
    const evidence = context.optionalEvidence(VECTOR_STORE);
    if (evidence?.outcome !== 'ok' || evidence.data === undefined) {
      return notObserved(EXPECTED, evidence?.missing ?? 'the vector store', 'fix the cause, then re-run');
    }
    const seen = contextOf(context, evidence.data);
    return observed(seen, judge(seen));
  },
};

function judge(seen: VectorStoreContext): Judgement {
  const { facts, store, context } = seen;
  const { nodes } = facts;
  if (nodes !== undefined && 'seen' in nodes) return judgeCount(seen, nodes.seen.length);
  if (facts.fault !== undefined || (nodes === undefined && reportedBy(facts) !== undefined)) return unasked(seen);
  if (nodes !== undefined && 'fault' in nodes) return notReached('vector-store.health');
  const { managed } = store;
  if (managed !== undefined) {
    const promise =
      managed.ha === true
        ? 'several nodes'
        : 'several nodes, which the file does not declare either (vectorStore.managed.ha)';
    return declaredOnly(`${promise} at ${managed.by}`, showNodes(store));
  }
  const { vendor } = vectorStoreProvider(store.provider);
  if (vendor !== undefined) return pass(`a service of ${vendor}`, EXPECTED);
  // Test needs no second node, so a missing right is not a finding.
  if (context.tier === 'test') return unasked(seen, 'this key may not read the nodes');
  const missing = nodes === undefined ? `${store.provider} does not show its nodes` : nodes.hidden;
  const remedy = 'give the key the right to read the cluster, or declare the managed service in vectorStore.managed';
  return notObserved(EXPECTED, missing, remedy);
}

function judgeCount({ deployment, store, facts, context }: VectorStoreContext, count: number): Judgement {
  const { majority = COPIES, vendor } = vectorStoreProvider(store.provider);
  if (count >= majority) return pass(counted(count, 'node'), EXPECTED);
  if (count >= COPIES) {
    return finding('warn', {
      observed: counted(count, 'node'),
      expected: `${majority} nodes or more`,
      message: `${store.provider} has ${counted(count, 'node')}, which decide by majority: if one of them fails, the others have no majority`,
      remedy: `add nodes up to ${majority}`,
    });
  }
  const by = store.managed?.by ?? vendor;
  if (by === undefined) {
    const message = `${store.provider} at ${facts.address} is one node: while it is down, no knowledge base answers`;
    return oneNode(deployment, context.now, { observed: `one node at ${facts.address}`, message });
  }
  return finding('warn', { observed: `${by} shows one node`, expected: EXPECTED, remedy: showNodes(store) });
}

function oneNode(
  deployment: Deployment,
  now: Date,
  said: { readonly observed: string; readonly message: string },
): Judgement {
  const lacks = planLacks(deployment, now);
  return {
    ...finding('fail', { ...said, expected: EXPECTED }),
    ...(lacks === undefined ? {} : { acceptanceLacks: lacks }),
  };
}

/** What the plan to restore or rebuild the vectors lacks before the risk can be accepted; undefined if nothing. */
function planLacks({ recovery }: Deployment, now: Date): string | undefined {
  if (recovery?.vectorStore === undefined) return 'a plan to rebuild or restore the vectors (recovery.vectorStore)';
  const { drills } = recovery;
  if (drills?.last === undefined) return 'a drill of that plan (recovery.drills.last)';
  const due = Date.parse(drills.last) + durationSeconds(drills.interval) * 1000;
  return now.getTime() > due ? `a newer drill than that of ${drills.last} (recovery.drills)` : undefined;
}
