import type { Json, JsonObject } from '../base/json.ts';
import { withDefaults } from '../deployment/defaults.ts';
import { readPath } from '../deployment/paths.ts';
import type { Answers, Offer, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';
import { NO_SUGGESTIONS, type Suggestions } from './suggestions.ts';

const BY_PATH = new Map(
  QUESTIONS.filter(({ codec }) => codec === undefined).map((question) => [question.id, question] as const),
);

/** The values that a deployment file, as data, states and implies. Pure. */
export function answersOf(data: JsonObject, found: Suggestions = NO_SUGGESTIONS): Answers {
  const filled = withDefaults(data);
  const said = (path: string): Json | undefined => readPath(data, path.split('.'));
  const answers: Answers = {
    suggestions: found,
    explicit: said,
    value: (path) => readPath(filled, path.split('.')) ?? heldOffer(BY_PATH.get(path), answers)?.value,
  };
  return answers;
}

/** The answer in the file. For a question that fills several paths, the value at the first. */
export function currentAnswer(question: Question, answers: Pick<Answers, 'explicit'>): Json | undefined {
  if (question.codec !== undefined) return question.codec.read(answers);
  const [first] = question.fills;
  return first === undefined ? undefined : answers.explicit(first);
}

/**
 * The value of an unanswered question. A `derived` offer of the question, or the offer of a question with a codec,
 * comes first; then the tier's default; then any other offer of the question.
 */
export function offerFor(question: Question, answers: Answers): Offer | undefined {
  const own = question.offer?.(answers);
  if (own?.kind === 'derived' || question.codec !== undefined) return own;
  const value = answers.value(question.id);
  return value === undefined ? own : { kind: 'default', value };
}

/** True if the file is incomplete without the answer. */
export function isRequired({ required }: Question, answers: Answers): boolean {
  return typeof required === 'function' ? required(answers) : required;
}

/** True if the question applies and is required, and has neither an answer nor a value that applies without one. */
export function isMissing(question: Question, answers: Answers): boolean {
  if (!question.when(answers) || !isRequired(question, answers)) return false;
  if (currentAnswer(question, answers) !== undefined) return false;
  const offer = offerFor(question, answers);
  return offer === undefined || offer.kind === 'suggestion';
}

/** The offer that applies without an answer. Undefined for a suggestion, which does not. */
function heldOffer(question: Question | undefined, answers: Answers): Offer | undefined {
  if (question === undefined || !question.when(answers)) return undefined;
  const offer = question.offer?.(answers);
  return offer?.kind === 'suggestion' ? undefined : offer;
}
