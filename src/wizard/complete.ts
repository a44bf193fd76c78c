import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../base/json.ts';
import { withPath } from '../deployment/paths.ts';
import { answersOf, currentAnswer, isRequired } from './answers.ts';
import type { Answers, Offer, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';

/** A field that follows from other answers, and why. */
export interface Implied {
  readonly question: Question;
  readonly offer: Offer;
}

/**
 * The file with what its answers imply written down. What the file says already stays; what it left out stays out, unless an answer
 * that changed implies it (`base` is the file before).
 */
export function completed(base: JsonObject, data: JsonObject): JsonObject {
  const before = answersOf(base);
  return QUESTIONS.reduce<{ readonly filled: JsonObject; readonly answers: Answers }>(
    (state, question) => {
      const offer = impliedNow(question, before, state.answers);
      if (offer === undefined) return state;
      const filled = withPath(state.filled, question.id.split('.'), offer.value) as JsonObject;
      return { filled, answers: answersOf(filled) };
    },
    { filled: data, answers: answersOf(data) },
  ).filled;
}

/** What the answers imply and the file does not say yet. */
export function impliedBy(base: JsonObject, data: JsonObject): readonly Implied[] {
  const [before, answers] = [answersOf(base), answersOf(data)];
  return QUESTIONS.flatMap((question) => {
    const offer = impliedNow(question, before, answers);
    return offer === undefined ? [] : [{ question, offer }];
  });
}

/**
 * Fields that agreed with what the old answers implied and do not agree with what the new ones imply: the file keeps them, and its
 * owner should look at them.
 */
export function outdated(base: JsonObject, data: JsonObject): readonly Implied[] {
  const [old, now] = [answersOf(base), answersOf(data)];
  return QUESTIONS.flatMap((question) => {
    const [before, after] = [derived(question, old), derived(question, now)];
    const said = currentAnswer(question, now);
    if (before === undefined || after === undefined || said === undefined) return [];
    const agreed = isDeepStrictEqual(said, before.value) && isDeepStrictEqual(said, currentAnswer(question, old));
    return agreed && !isDeepStrictEqual(said, after.value) ? [{ question, offer: after }] : [];
  });
}

function impliedNow(question: Question, before: Answers, answers: Answers): Offer | undefined {
  if (question.offer === undefined || currentAnswer(question, answers) !== undefined) return undefined;
  const offer = derived(question, answers);
  if (offer === undefined) return undefined;
  const isNew = !isDeepStrictEqual(derived(question, before)?.value, offer.value);
  return isNew || (isRequired(question, answers) && offer.silent === undefined) ? offer : undefined;
}

/** What other answers imply for a question; undefined if they imply nothing. */
export function derived(question: Question, answers: Answers): Offer | undefined {
  if (question.offer === undefined || !question.when(answers)) return undefined;
  const offer = question.offer(answers);
  return offer?.kind === 'derived' ? offer : undefined;
}
