import type { Deployment } from '../../deployment/schema/deployment.ts';
import { POSTGRES } from '../../evidence/postgres/facts.ts';
import { isReceiver } from '../../evidence/postgres/standby.ts';
import type { Standby } from '../../recovery/losses.ts';
import type { JudgeContext } from '../check.ts';

/** Evidence that recovery looks at where it is there. */
export const standbyEvidence = [POSTGRES] as const;

/**
 * What was seen of a second PostgreSQL, else what the file declares. A managed service that fails over hides its standby and shows its read
 * replicas, so that there the declaration counts; whether it can be believed is for postgres.replication.
 */
export function standbyOf(context: JudgeContext, { postgres }: Deployment): Standby {
  if (postgres.mode === 'bundled') return 'none';
  const replication = context.optionalEvidence(POSTGRES)?.data?.server?.replication;
  const isDeclared = postgres.managed?.ha === true;
  if (replication === undefined) return isDeclared ? 'declared' : 'unseen';
  const { required } = replication;
  // Who only receives the log keeps it, and takes nothing over.
  const standbys = replication.standbys.filter((standby) => !isReceiver(standby));
  // Who may not see the state of a standby still sees whether a commit waits for one.
  const waits =
    standbys.some(({ sync }) => sync === 'sync' || sync === 'quorum') || (required !== '' && standbys.length > 0);
  if (waits) return 'synchronous';
  if (isDeclared) return 'declared';
  if (postgres.managed !== undefined) return 'unseen';
  return standbys.length > 0 ? 'asynchronous' : 'none';
}

/** What Dify's databases hold, in bytes; undefined where that was not seen. */
export function databaseBytes(context: JudgeContext): number | undefined {
  const sizes = (context.optionalEvidence(POSTGRES)?.data?.entries ?? []).map(({ catalog }) => catalog?.bytes);
  const seen = sizes.filter((size) => size !== undefined);
  return seen.length === 0 ? undefined : seen.reduce((sum, size) => sum + size, 0);
}
