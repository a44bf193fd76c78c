import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { EvidenceOrigin } from '../../evidence/evidence.ts';
import {
  type ExternalStore,
  UNRESOLVED,
  VECTOR_STORE,
  type VectorStoreFacts,
} from '../../evidence/vector-store/facts.ts';
import type { FaultFact, ProbeStage } from '../../net/probe-error.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { faultStatus, notReached } from '../services/probed.ts';
import { whereFile } from '../when.ts';

/** What a check of the external vector store judges. */
export interface VectorStoreContext {
  readonly deployment: Deployment;
  readonly store: ExternalStore;
  readonly facts: VectorStoreFacts;
  readonly from: EvidenceOrigin;
  readonly context: JudgeContext;
}

export interface StoreCheck extends Pick<Check, 'id' | 'title' | 'severity' | 'remedy'> {
  /** The stores that the check applies to. Default: every external one. */
  readonly when?: (store: ExternalStore) => boolean;
  readonly judge: (seen: VectorStoreContext) => Judgement;
}

/** A check of the external vector store. Its judgement is one observation of the store's address, with the origin. */
export function storeCheck({ id, title, severity, remedy, when = () => true, judge }: StoreCheck): Check {
  return {
    id,
    title,
    phases: ['preflight'],
    severity,
    when: whereFile(({ vectorStore }) => vectorStore.mode === 'external' && when(vectorStore)),
    requires: [VECTOR_STORE],
    remedy,
    judge: (context) => {
      const seen = contextOf(context, context.evidence(VECTOR_STORE));
      return observed(seen, judge(seen));
    },
  };
}

/** The input of a check of the external store. Throws if the store is bundled. */
export function contextOf(context: JudgeContext, facts: VectorStoreFacts): VectorStoreContext {
  const deployment = deploymentOf(context);
  const store = deployment.vectorStore;
  if (store.mode === 'bundled') throw new Error('judged as an external store');
  return { deployment, store, facts, from: context.optionalEvidence(VECTOR_STORE)?.from ?? 'local', context };
}

/** Adds the judgement as an observation of the store's address, except to a skip. */
export function observed({ facts, from }: VectorStoreContext, judgement: Judgement): Judgement {
  const { status, observed: what, expected } = judgement;
  if (status === 'skip') return judgement;
  return { ...judgement, observations: [{ subject: facts.address, from, status, observed: what, expected }] };
}

/** The check that reports each stage at which the probe may end. */
const STAGE_CHECKS: Readonly<Record<ProbeStage, string>> = {
  resolve: 'vector-store.reachable',
  connect: 'vector-store.reachable',
  tls: 'vector-store.tls',
  login: 'vector-store.login',
  use: 'vector-store.health',
};

/** A skip for a question that was not asked, with the check that reports the cause, else with `why`. */
export function unasked({ facts }: VectorStoreContext, why = `${facts.provider} does not answer this`): Judgement {
  const earlier = reportedBy(facts);
  return earlier === undefined ? { status: 'skip', observed: '', expected: '', message: why } : notReached(earlier);
}

/** The check that reports what stopped or limited the probe; undefined if nothing did. */
export function reportedBy({ fault: ended, health, database, writes }: VectorStoreFacts): string | undefined {
  if (ended !== undefined) return ended.code === UNRESOLVED ? 'config.secrets' : STAGE_CHECKS[ended.stage];
  if (health !== undefined && 'seen' in health && health.seen.state === 'down') return 'vector-store.health';
  if (database !== undefined && 'seen' in database && !database.seen.exists && database.seen.isMade !== true) {
    return 'vector-store.database';
  }
  return writes !== undefined && 'seen' in writes && writes.seen.refused !== undefined
    ? 'vector-store.writes'
    : undefined;
}

/** The finding for a failed probe. Its stage and origin decide the status. */
export function probeFault(
  { deployment, from }: VectorStoreContext,
  { stage, code, text }: FaultFact,
  said: { readonly where: string; readonly expected: string; readonly remedy?: string },
): Judgement {
  const status = faultStatus({ stage, code, text }, deployment, from);
  const observed = `${said.where} ${text}`;
  const message = status === 'warn' ? `from this machine, ${observed}; the cluster may get another answer` : undefined;
  const { expected, remedy } = said;
  return finding(status, {
    observed,
    expected,
    ...(message === undefined ? {} : { message }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** `unknown`, because a right or an answer was missing. No failure was observed. */
export function notObserved(expected: string, missing: string, remedy: string): Judgement {
  return { status: 'unknown', observed: 'not observed', expected, message: `not observed: ${missing}`, remedy };
}
