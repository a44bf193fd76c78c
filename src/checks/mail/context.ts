import type { FaultFact } from '../../net/probe-error.ts';
import type { Judgement } from '../check.ts';
import { notReached } from '../services/probed.ts';
import { whereFile } from '../when.ts';

export const withMail = whereFile(({ mail }) => mail.provider !== 'none');

/**
 * A skip if the probe failed before `stage`, with the check that reports the failure. Undefined if nothing failed, or
 * the failure belongs to `stage`.
 */
export function endedBefore(fault: FaultFact | undefined, stage: 'tls' | 'login' | 'sender'): Judgement | undefined {
  if (fault === undefined) return undefined;
  if (fault.stage === 'resolve' || fault.stage === 'connect') return notReached('mail.reachable');
  if (fault.code === 'NOSECRET' && stage !== 'tls') return notReached('config.secrets');
  if (fault.stage === 'tls' && stage !== 'tls') return notReached('mail.tls');
  return fault.stage !== 'tls' && stage === 'sender' ? notReached('mail.login') : undefined;
}
