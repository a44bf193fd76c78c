import { unmetPromises } from '../recovery/plan.ts';
import type { Implied } from './complete.ts';
import type { Answers } from './question.ts';
import { recoveryNeeds } from './questions/recovery.ts';
import { textOf } from './texts.ts';

/** What an RTO and an RPO mean for each store, one line each with its reason; empty until both are known. */
export function impliedLines(implied: readonly Implied[], answers: Answers): readonly string[] {
  const needs = recoveryNeeds(answers);
  if (needs === undefined || implied.length === 0) return [];
  const rows = implied
    .filter(({ question }) => question.id.startsWith('recovery.'))
    .map(({ question, offer }) => ({
      name: question.id.replace('recovery.', '').replaceAll('.', ' '),
      text: textOf(offer.value),
      reason: offer.reason,
    }));
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return [
    `RTO ${String(answers.value('recovery.rto'))} and RPO ${String(answers.value('recovery.rpo'))} mean (each can be changed in the review):`,
    ...rows.map(
      ({ name, text, reason }) => `  ${name.padEnd(width)}  ${text}${reason === undefined ? '' : `: ${reason}`}`,
    ),
    ...unmetPromises(needs),
  ];
}
