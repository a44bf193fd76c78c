import type { Deployment } from '../deployment/schema/deployment.ts';
import type { CheckResult } from './check.ts';

export type AcceptedRisk = Deployment['acceptedRisks'][number];

/**
 * A risk accepted by id turns its `fail` into a `warn` with the reason shown; a warning keeps its status and shows the reason too.
 * Some faults can be accepted only together with something else (`acceptanceLacks`). After its last day (inclusive, UTC) the fault stays a fault and says so. What could not be seen cannot be accepted.
 */
export function applyAcceptance(
  { acceptanceLacks, ...result }: CheckResult,
  risks: readonly AcceptedRisk[],
  now: Date,
): CheckResult {
  if (result.status !== 'fail' && result.status !== 'warn') return result;
  const risk = risks.find((candidate) => candidate.check === result.id);
  if (risk === undefined) return result;
  if (isOver(risk, now)) {
    return refused(result, `the risk was accepted until ${risk.until}, which is over`);
  }
  if (acceptanceLacks !== undefined) {
    return refused(result, `the risk is accepted, which counts only with ${acceptanceLacks}`);
  }
  const { reason, until } = risk;
  return { ...result, status: 'warn', accepted: until === undefined ? { reason } : { reason, until } };
}

/** The fault stays, and every form of the report says why. */
function refused(result: CheckResult, why: string): CheckResult {
  return { ...result, message: `${result.message} (${why})`, notAccepted: why };
}

/** True once the last day of an accepted risk has passed. */
export function isOver(risk: AcceptedRisk, now: Date): boolean {
  return risk.until !== undefined && now.toISOString().slice(0, 10) > risk.until;
}
