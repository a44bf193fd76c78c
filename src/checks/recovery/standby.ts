import type { Deployment } from '../../deployment/schema/deployment.ts';
import { POSTGRES } from '../../evidence/postgres/facts.ts';
import { isReceiver } from '../../evidence/postgres/replication-facts.ts';
import type { Standby } from '../../recovery/losses.ts';
import type { JudgeContext } from '../check.ts';

/** Evidence that the recovery checks use if it is present. */
export const standbyEvidence = [POSTGRES] as const;

/**
 * What was observed of a standby, else what the file declares. A managed service that fails over hides its standby and
 * shows its read replicas, so its declaration counts; postgres.replication judges the declaration.
 */
export function standbyOf(context: JudgeContext, { postgres }: Deployment): Standby {
  if (postgres.mode === 'bundled') return 'none';
  const replication = context.optionalEvidence(POSTGRES)?.data?.server?.replication;
  const isDeclared = postgres.managed?.ha === true;
  if (replication === undefined) return isDeclared ? 'declared' : 'unseen';
  const { required } = replication;
  // A receiver keeps the log and takes nothing over.
  const standbys = replication.standbys.filter((standby) => !isReceiver(standby));
  // A role that may not see the state of a standby still sees whether a commit waits for one.
  const waits =
    standbys.some(({ sync }) => sync === 'sync' || sync === 'quorum') || (required !== '' && standbys.length > 0);
  if (waits) return 'synchronous';
  if (isDeclared) return 'declared';
  if (postgres.managed !== undefined) return 'unseen';
  return standbys.length > 0 ? 'asynchronous' : 'none';
}

/** Bytes in Dify's databases; undefined if they were not seen. */
export function databaseBytes(context: JudgeContext): number | undefined {
  const sizes = (context.optionalEvidence(POSTGRES)?.data?.entries ?? []).map(({ catalog }) => catalog?.bytes);
  const seen = sizes.filter((size) => size !== undefined);
  return seen.length === 0 ? undefined : seen.reduce((sum, size) => sum + size, 0);
}
