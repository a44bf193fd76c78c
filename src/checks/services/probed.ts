import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { EvidenceOrigin } from '../../evidence/evidence.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { Judgement, Status } from '../check.ts';

/**
 * The status of a failed probe. For Kubernetes, a name that does not resolve or a port that does not connect from this
 * machine is a warning at most, because the view from the cluster decides. After the connection every failure is a
 * `fail`.
 */
export function faultStatus(
  { stage }: FaultFact,
  { target }: Deployment,
  from: EvidenceOrigin,
): Extract<Status, 'fail' | 'warn'> {
  const isOutsideCluster = target.type === 'kubernetes' && from === 'local';
  return isOutsideCluster && (stage === 'resolve' || stage === 'connect') ? 'warn' : 'fail';
}

/** A skip because an earlier stage failed; the check `earlier` reports it. */
export function notReached(earlier: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message: `skipped: see ${earlier}` };
}

/** A skip for resources that others own: a missing right to read them is not a finding. */
export function notObserved(missing: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message: `skipped: ${missing}` };
}

/** A warning because a managed service hides what the file declares, with the command that would show it. */
export function declaredOnly(what: string, show: string): Judgement {
  return {
    status: 'warn',
    observed: 'declared, not seen',
    expected: `evidence of ${what}`,
    message: `${what}: declared, not seen; the service does not show it to clients`,
    remedy: show,
  };
}
