import type { Judgement } from '../check.ts';

/** The `skip` of a check about something that only Kubernetes has. */
export function notOnCompose(what: string): Judgement {
  return skipped(`Compose has no ${what}`);
}

/** A `skip` with its reason. */
export function skipped(reason: string): Judgement {
  return { status: 'skip', observed: reason, expected: '', message: reason };
}
