import { durationSeconds, span } from '../../base/duration.ts';
import { exceeds, type Loss, worstLoss } from '../../recovery/losses.ts';
import type { Judgement, Observation } from '../check.ts';
import { finding, listed } from '../judgement.ts';
import { aside } from './aside.ts';

/**
 * Compares the loss of each store with the promise; the message has the arithmetic. If the promise is broken, `broken`
 * gives the remedy and the reason.
 */
export function judgeLosses(
  losses: readonly Loss[],
  promised: string,
  broken: { readonly remedy: string; readonly reason?: string },
): Judgement {
  if (losses.length === 0) return aside('the plan names no store: see recovery.plan');
  const limit = durationSeconds(promised);
  const expected = `at most ${promised} of lost work`;
  const observations = losses.map((loss) => observationOf(loss, limit, expected));
  const lost = losses.filter(({ seconds }) => seconds === undefined);
  if (lost.length > 0) {
    const observed = `not restored: ${listed(lost.map(words))}`;
    return { ...finding('fail', { observed, expected, remedy: broken.remedy }), observations };
  }
  const over = losses.filter((loss) => exceeds(loss, limit));
  if (over.length > 0) {
    const observed = `more than ${promised} may be lost: ${listed(over.map(words))}`;
    const message = broken.reason === undefined ? `${observed}; expected ${expected}` : `${observed}; ${broken.reason}`;
    return { ...finding('fail', { observed, expected, message, remedy: broken.remedy }), observations };
  }
  const sums = losses.map((loss) => `${loss.store} ${span(loss.seconds ?? 0)} (${loss.how})`);
  const observed = `worst-case loss ${span(worstLoss(losses) ?? 0)} (target ${promised})`;
  const message = `${observed}: the maximum of ${listed(sums)}${roomFor(losses, limit)}`;
  const declared = losses.filter((loss) => loss.declared === true);
  const unseen = [...new Set(losses.flatMap(({ see = [] }) => see))];
  if (declared.length === 0 && unseen.length > 0)
    return aside(`${message}; this depends on checks without a result: see ${listed(unseen)}`);
  if (declared.length === 0) return { status: 'pass', observed, expected, message, observations };
  return {
    status: 'warn',
    observed: 'declared, not seen',
    expected: 'copies that difyctl created or observed',
    message: `${listed(declared.map(({ store }) => store))}: declared, not seen; difyctl created or observed none of these copies (${message})`,
    remedy: 'schedule these copies and restore one, or accept this risk by name (acceptedRisks)',
    observations,
  };
}

function words({ store, how, seconds }: Loss): string {
  return seconds === undefined ? `${store} (${how})` : `${store} ${span(seconds)} (${how})`;
}

/** How long a backup without a declared duration may take, for each such store; empty if there is none. */
function roomFor(losses: readonly Loss[], limit: number): string {
  const open = losses.filter((loss) => loss.open === true);
  return open.map(({ store, seconds = 0 }) => `; a backup of ${store} may take ${span(limit - seconds)}`).join('');
}

function observationOf(loss: Loss, limit: number, expected: string): Observation {
  const { store, seconds, how } = loss;
  const observed = seconds === undefined ? how : `${span(seconds)}: ${how}`;
  return {
    subject: store,
    from: 'local',
    status: exceeds(loss, limit) ? 'fail' : loss.declared === true ? 'warn' : loss.see === undefined ? 'pass' : 'skip',
    observed,
    expected,
  };
}
