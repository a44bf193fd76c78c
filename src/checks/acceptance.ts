import type { Deployment } from '../deployment/schema/deployment.ts';
import type { CheckResult } from './check.ts';

export type AcceptedRisk = Deployment['acceptedRisks'][number];

/**
 * Applies the accepted risks of the file to a result. A `fail` that the file accepts by id becomes a `warn` with the
 * reason; a `warn` stays and shows the reason too. The risk is not applied, and the message says why, after its last
 * day (`until`, inclusive, UTC) or if `acceptanceLacks` names something else that is needed. `unknown`, `pass` and
 * `skip` are returned unchanged.
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
    return refused(result, `the risk was accepted only until ${risk.until}`);
  }
  if (acceptanceLacks !== undefined) {
    return refused(result, `the risk is accepted, but this counts only with ${acceptanceLacks}`);
  }
  const { reason, until } = risk;
  return { ...result, status: 'warn', accepted: until === undefined ? { reason } : { reason, until } };
}

/** Returns the result with its status unchanged, and with the reason in `message` and `notAccepted`. */
function refused(result: CheckResult, why: string): CheckResult {
  return { ...result, message: `${result.message} (${why})`, notAccepted: why };
}

/** True if the last day of the accepted risk (UTC) has passed. */
export function isOver(risk: AcceptedRisk, now: Date): boolean {
  return risk.until !== undefined && now.toISOString().slice(0, 10) > risk.until;
}
