import { durationSeconds } from '../../base/duration.ts';
import { COPIES } from '../../checklist/vector-stores.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type ExternalStore, VECTOR_STORE, type VectorStoreFacts } from '../../evidence/vector-store/facts.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { counted, deploymentOf, fault, pass } from '../judgement.ts';
import { declaredNotSeen } from '../services/probed.ts';
import { errorInProd, withFile } from '../when.ts';
import { showNodes, VENDOR_RUN } from './managed.ts';
import { notSeen, unasked } from './store-check.ts';

const EXPECTED = `a vector store of ${COPIES} nodes or more`;

/** In prod one node is possible only as an accepted risk, together with a plan to get the vectors back that was drilled. */
export const vectorStoreSingle: Check = {
  id: 'vector-store.single-point-of-failure',
  title: 'the vector store survives the loss of a node',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  needs: [],
  wants: [VECTOR_STORE],
  remedy:
    'name a vector store of several nodes, or accept the risk by name (acceptedRisks) with a drilled plan (recovery.vectorStore, recovery.drills)',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const store = deployment.vectorStore;
    if (store.mode === 'bundled') {
      return oneNode(deployment, context.now, {
        observed: `bundled ${store.provider}, one copy`,
        message: `bundled ${store.provider} is one copy: while it is down no knowledge base answers`,
      });
    }
    const evidence = context.look(VECTOR_STORE);
    if (evidence?.outcome !== 'ok' || evidence.data === undefined) {
      return notSeen(EXPECTED, evidence?.missing ?? 'the vector store', 'mend that, then run it again');
    }
    const facts = evidence.data;
    const judgement = judgeNodes(deployment, store, facts, context);
    const { status, observed, expected } = judgement;
    if (status === 'skip') return judgement;
    return {
      ...judgement,
      observations: [{ subject: facts.address, from: evidence.from, status, observed, expected }],
    };
  },
};

function judgeNodes(
  deployment: Deployment,
  store: ExternalStore,
  facts: VectorStoreFacts,
  context: JudgeContext,
): Judgement {
  const { nodes, address } = facts;
  const by = store.managed?.by ?? VENDOR_RUN[store.provider];
  if (nodes !== undefined && 'seen' in nodes) {
    const count = nodes.seen.length;
    if (count >= COPIES) return pass(counted(count, 'node'), EXPECTED);
    if (by === undefined) {
      return oneNode(deployment, context.now, {
        observed: `one node at ${address}`,
        message: `${store.provider} at ${address} is one node: while it is down no knowledge base answers`,
      });
    }
    return store.managed?.ha === true
      ? fault('warn', {
          observed: `${by} promises more than the one node that is seen`,
          expected: EXPECTED,
          remedy: showNodes(store),
        })
      : fault('warn', { observed: `one node of ${by}`, expected: EXPECTED, remedy: showNodes(store) });
  }
  if (facts.fault !== undefined) return unasked({ deployment, store, facts, from: 'local', context });
  const copies = facts.copies !== undefined && 'seen' in facts.copies ? facts.copies.seen.ofNew : undefined;
  if (by !== undefined && store.managed === undefined) {
    const seen =
      copies === undefined ? '' : `, ${counted(copies, 'copy').replace('copys', 'copies')} of each collection`;
    return pass(`a service of ${by}${seen}`, EXPECTED);
  }
  if (by !== undefined) {
    const promise =
      store.managed?.ha === true
        ? `several nodes at ${by}`
        : `what ${by} runs, of which the file does not say that it is redundant (vectorStore.managed.ha)`;
    return declaredNotSeen(promise, showNodes(store));
  }
  const missing =
    nodes === undefined
      ? `${store.provider} does not show its nodes`
      : 'hidden' in nodes
        ? nodes.hidden
        : nodes.fault.text;
  return notSeen(
    EXPECTED,
    missing,
    'give the key the right to look at the cluster, or say who runs it in vectorStore.managed',
  );
}

function oneNode(
  deployment: Deployment,
  now: Date,
  said: { readonly observed: string; readonly message: string },
): Judgement {
  const lacks = planLacks(deployment, now);
  return {
    ...fault('fail', { ...said, expected: EXPECTED }),
    ...(lacks === undefined ? {} : { acceptanceLacks: lacks }),
  };
}

/** What a plan to get the vectors back lacks that could carry an accepted risk; undefined where it lacks nothing. */
function planLacks({ recovery }: Deployment, now: Date): string | undefined {
  if (recovery?.vectorStore === undefined) return 'a plan to rebuild or restore the vectors (recovery.vectorStore)';
  const { drills } = recovery;
  if (drills?.last === undefined) return 'a drill of that plan (recovery.drills.last)';
  const due = Date.parse(drills.last) + durationSeconds(drills.interval) * 1000;
  return now.getTime() > due ? `a newer drill than that of ${drills.last} (recovery.drills)` : undefined;
}
