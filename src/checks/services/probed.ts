import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { EvidenceOrigin } from '../../evidence/evidence.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { Judgement, Status } from '../check.ts';

/**
 * How grave a failed probe is. For Kubernetes, a name that does not resolve or a port that does not connect from this machine is a warning and never
 * more: the cluster's own view decides. Once connected, everything counts.
 */
export function faultStatus(
  { stage }: FaultFact,
  { target }: Deployment,
  from: EvidenceOrigin,
): Extract<Status, 'fail' | 'warn'> {
  const isFromAfar = target.type === 'kubernetes' && from === 'local';
  return isFromAfar && (stage === 'resolve' || stage === 'connect') ? 'warn' : 'fail';
}

/** For a check whose question needs what an earlier stage did not reach: that stage's own check has said so already. */
export function notReached(earlier: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message: `skipped: see ${earlier}` };
}

/** For a check of what others keep: who may not look at it is told so, and has no finding. */
export function notObserved(missing: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message: `skipped: ${missing}` };
}

/** A managed service hides what it promises: a warning, with the command that would show it. */
export function declaredOnly(what: string, show: string): Judgement {
  return {
    status: 'warn',
    observed: 'declared, not seen',
    expected: `evidence of ${what}`,
    message: `${what}: declared, not seen; the service hides it from its clients`,
    remedy: show,
  };
}
