import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import type { EvidenceOrigin } from '../../evidence/evidence.ts';
import type { EntryFact, PostgresFacts, ServerFact } from '../../evidence/postgres/facts.ts';
import { POSTGRES } from '../../evidence/postgres/facts.ts';
import type { SessionFact } from '../../evidence/postgres/session-facts.ts';
import type { Check, JudgeContext, Judgement, Observation } from '../check.ts';
import { worst } from '../judge.ts';
import { deploymentOf } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { whereFile } from '../when.ts';

/** What all checks of PostgreSQL share: they apply if the deployment names an external server. */
export const ofPostgres = {
  phases: ['preflight'],
  when: whereFile(({ postgres }) => postgres.mode === 'external'),
  requires: [POSTGRES],
} as const satisfies Partial<Check>;

/** What a check judges. */
export interface PostgresContext {
  readonly facts: PostgresFacts;
  readonly deployment: Deployment;
  readonly postgres: ExternalPostgres;
  readonly from: EvidenceOrigin;
}

export function postgresContext(context: JudgeContext): PostgresContext {
  const deployment = deploymentOf(context);
  const { postgres } = deployment;
  if (postgres.mode !== 'external') throw new Error('judged without an external PostgreSQL');
  return {
    facts: context.evidence(POSTGRES),
    deployment,
    postgres,
    from: context.optionalEvidence(POSTGRES)?.from ?? 'local',
  };
}

/**
 * Returns a skip that names the failed check if the probe ended before the requested fact. Returns undefined if it did
 * not fail.
 */
export function stoppedBefore({ facts }: PostgresContext): Judgement | undefined {
  const stage = facts.fault?.stage;
  if (stage === undefined) return undefined;
  if (stage === 'tls') return notReached('postgres.tls');
  return notReached(stage === 'resolve' || stage === 'connect' ? 'postgres.reachable' : 'postgres.login');
}

/** The facts of the server, or the judgement that there are none. */
export function serverIn(seen: PostgresContext): ServerFact | Judgement {
  return stoppedBefore(seen) ?? seen.facts.server ?? notReached('postgres.login');
}

export type LoggedInEntry = EntryFact & { readonly session: SessionFact };

/** The databases that the probe could log in to, or the judgement that there are none. */
export function loginsIn(seen: PostgresContext): readonly LoggedInEntry[] | Judgement {
  const stopped = stoppedBefore(seen);
  if (stopped !== undefined) return stopped;
  const entered = seen.facts.entries.filter((entry): entry is LoggedInEntry => entry.session !== undefined);
  if (entered.length > 0) return entered;
  return notReached(seen.facts.server === undefined ? 'postgres.login' : 'postgres.databases');
}

/** Judges each database that the probe could log in to, or returns the judgement that there are none. */
export function inEach(seen: PostgresContext, judgeEntry: (entry: LoggedInEntry) => Judgement): Judgement {
  const entered = loginsIn(seen);
  if ('status' in entered) return entered;
  return ofAll(
    seen,
    entered.map((entry) => [entry.database, judgeEntry(entry)] as const),
  );
}

/**
 * Combines judgements about several subjects: the worst status, and the messages of those that have it. Throws if there
 * are none.
 */
export function ofAll(
  seen: Pick<PostgresContext, 'from'>,
  judgements: readonly (readonly [subject: string, judgement: Judgement])[],
): Judgement {
  const observations = judgements.map(
    ([subject, { status, observed, expected }]): Observation => ({
      subject,
      from: seen.from,
      status,
      observed,
      expected,
    }),
  );
  const worstStatus = worst(observations.map(({ status }) => status));
  const decisive = judgements.map(([, judgement]) => judgement).filter(({ status }) => status === worstStatus);
  const [first] = decisive;
  if (first === undefined) throw new Error('nothing was judged');
  return { ...first, message: [...new Set(decisive.map(({ message }) => message))].join('; '), observations };
}

/** An SQL name, quoted if it must be. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
