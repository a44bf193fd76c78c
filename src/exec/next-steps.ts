import type { ExternalError } from '../base/errors.ts';
import { isOutage } from './retry.ts';

/** What to do about a failure of kubectl or helm that says nothing of it; empty where its words say enough. */
export function nextSteps(error: ExternalError, program: 'kubectl' | 'helm'): readonly string[] {
  if (error.next.length > 0) return error.next;
  const text = error.stderr.join('\n');
  if (/did not end/.test(error.message)) {
    return [
      'see whether the API server answers: kubectl get --raw /readyz --request-timeout 10s',
      'then run the same command again, with more time (--timeout) where it needs it',
    ];
  }
  if (isOutage(error)) {
    return [
      'see whether the API server answers: kubectl get --raw /readyz',
      'then run the same command again: it goes on',
    ];
  }
  if (program === 'helm' && /another operation .* is in progress/.test(text))
    return ['wait until no other helm is at work on this release, then run the same command again'];
  return [];
}
