import { formatDuration } from '../base/duration.ts';
import { unmetPromises } from '../recovery/plan.ts';
import { textOf } from './answer-text.ts';
import type { Implied } from './complete.ts';
import type { Note } from './io.ts';
import type { Answers } from './question.ts';
import { recoveryNeeds } from './questions/recovery.ts';

/** The consequences of RTO and RPO for each store, one row each with its reason. Empty until both are known. */
export function impliedNotes(implied: readonly Implied[], answers: Answers): readonly Note[] {
  const needs = recoveryNeeds(answers);
  if (needs === undefined || implied.length === 0) return [];
  const [rto, rpo] = [formatDuration(needs.rto), formatDuration(needs.rpo)];
  return [
    `An RTO of ${rto} and an RPO of ${rpo} imply (you can change each in the review):`,
    ...implied
      .filter(({ question }) => question.id.startsWith('recovery.'))
      .map(({ question, offer }) => ({
        label: question.id.replace('recovery.', '').replaceAll('.', ' '),
        text: [textOf(offer.value), offer.reason].filter((part) => part !== undefined).join(': '),
      })),
    ...unmetPromises(needs),
  ];
}
