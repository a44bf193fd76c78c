import type { FaultFact } from '../../net/probe-error.ts';
import type { Judgement } from '../check.ts';
import { notReached } from '../services/probed.ts';
import { whereFile } from '../when.ts';

export const withMail = whereFile(({ mail }) => mail.provider !== 'none');

/** Why a probe that ended at this fault says nothing of what comes later, as a skip; undefined for a fault of the question's own stage. */
export function endedBefore(fault: FaultFact | undefined, stage: 'tls' | 'login' | 'sender'): Judgement | undefined {
  if (fault === undefined) return undefined;
  if (fault.stage === 'resolve' || fault.stage === 'connect') return notReached('mail.reachable');
  if (fault.code === 'NOSECRET' && stage !== 'tls') return notReached('config.secrets');
  if (fault.stage === 'tls' && stage !== 'tls') return notReached('mail.tls');
  return fault.stage !== 'tls' && stage === 'sender' ? notReached('mail.login') : undefined;
}
