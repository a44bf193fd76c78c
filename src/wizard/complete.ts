import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../base/json.ts';
import { withPath } from '../deployment/paths.ts';
import { answersOf, currentAnswer, isRequired } from './answers.ts';
import type { Answers, Offer, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';

/** A field whose value follows from other answers, with the reason. */
export interface Implied {
  readonly question: Question;
  readonly offer: Offer;
}

/**
 * Adds the values that the answers imply to the file. Existing values are kept. A missing value is added only if the
 * answers that imply it changed since `base`, or if it is required.
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

/** The implied values that the file does not have yet. */
export function impliedBy(base: JsonObject, data: JsonObject): readonly Implied[] {
  const [before, answers] = [answersOf(base), answersOf(data)];
  return QUESTIONS.flatMap((question) => {
    const offer = impliedNow(question, before, answers);
    return offer === undefined ? [] : [{ question, offer }];
  });
}

/**
 * Fields that had the value implied by the old answers, while the new answers imply another. The file keeps its value;
 * the operator should check it.
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

/** The value that other answers imply for a question. Undefined if they imply none. */
export function derived(question: Question, answers: Answers): Offer | undefined {
  if (question.offer === undefined || !question.when(answers)) return undefined;
  const offer = question.offer(answers);
  return offer?.kind === 'derived' ? offer : undefined;
}
