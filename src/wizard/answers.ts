import type { Json, JsonObject } from '../base/json.ts';
import { withDefaults } from '../deployment/defaults.ts';
import { readPath } from '../deployment/paths.ts';
import type { Answers, Offer, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';
import { NO_SUGGESTIONS, type Suggestions } from './suggestions.ts';

const BY_PATH = new Map(
  QUESTIONS.filter(({ codec }) => codec === undefined).map((question) => [question.id, question] as const),
);

/** What a deployment file, as data, says and implies. Pure. */
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

/** The answer that stands in the file: for a question that fills several paths, the first. */
export function currentAnswer(question: Question, answers: Pick<Answers, 'explicit'>): Json | undefined {
  if (question.codec !== undefined) return question.codec.read(answers);
  const [first] = question.fills;
  return first === undefined ? undefined : answers.explicit(first);
}

/** What an unanswered question holds: the tier's default before its own offer. */
export function offerFor(question: Question, answers: Answers): Offer | undefined {
  const own = question.offer?.(answers);
  if (own?.kind === 'derived' || question.codec !== undefined) return own;
  const value = answers.value(question.id);
  return value === undefined ? own : { kind: 'default', value };
}

/** Whether it must be in the file for the file to be whole. */
export function isRequired({ required }: Question, answers: Answers): boolean {
  return typeof required === 'function' ? required(answers) : required;
}

/** Nothing said, nothing that holds without being asked, and yet needed. */
export function isMissing(question: Question, answers: Answers): boolean {
  if (!question.when(answers) || !isRequired(question, answers)) return false;
  if (currentAnswer(question, answers) !== undefined) return false;
  const offer = offerFor(question, answers);
  return offer === undefined || offer.kind === 'suggestion';
}

/** An offer that holds without being asked; a suggestion does not. */
function heldOffer(question: Question | undefined, answers: Answers): Offer | undefined {
  if (question === undefined || !question.when(answers)) return undefined;
  const offer = question.offer?.(answers);
  return offer?.kind === 'suggestion' ? undefined : offer;
}
