import type { JsonObject } from '../base/json.ts';
import { withPath } from '../deployment/paths.ts';
import { answersOf, currentAnswer, isMissing } from './answers.ts';
import type { Choice, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';

/** An answer that a whole file needs and that nobody gave. */
export interface MissingAnswer {
  readonly question: Question;
  /** Answers that are open too and on which it depends: empty where it is needed whatever they are. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly question: Question;
  readonly value: string;
}

/**
 * Everything that is missing, at once. Where a choice is open itself, each of its values is followed, and what only one of them needs
 * is listed with it.
 */
export function missingAnswers(data: JsonObject): readonly MissingAnswer[] {
  const open = openChoices(data);
  const now = missingQuestions(data).map((question) => ({ question, conditions: [] }));
  const known = new Set(now.map(({ question }) => question.id));
  const paths = open.flatMap(({ question, choices }) => choices.map(({ value }) => ({ question, value })));
  const later = paths.flatMap(({ question, value }) =>
    missingAnswers(withPath(data, question.id.split('.'), value) as JsonObject)
      .filter((missing) => !known.has(missing.question.id))
      .map((missing) => ({ ...missing, conditions: [{ question, value }, ...missing.conditions] })),
  );
  return [...now, ...leastConditions(later)];
}

function missingQuestions(data: JsonObject): readonly Question[] {
  const answers = answersOf(data);
  return QUESTIONS.filter((question) => isMissing(question, answers));
}

/** Choices that are missing and decide about other questions. */
function openChoices(
  data: JsonObject,
): readonly { readonly question: Question; readonly choices: readonly Choice[] }[] {
  const answers = answersOf(data);
  return QUESTIONS.filter(
    (question) =>
      question.kind === 'select' && question.open === undefined && currentAnswer(question, answers) === undefined,
  )
    .filter((question) => isMissing(question, answers))
    .map((question) => ({
      question,
      choices: (question.choices?.(answers) ?? []).filter(({ unavailable }) => unavailable === undefined),
    }));
}

/** One entry for each question: of several ways to need it, the one with the fewest conditions. */
function leastConditions(all: readonly MissingAnswer[]): readonly MissingAnswer[] {
  const least = new Map<string, MissingAnswer>();
  for (const missing of all) {
    const known = least.get(missing.question.id);
    if (known === undefined || missing.conditions.length < known.conditions.length) {
      least.set(missing.question.id, missing);
    }
  }
  return [...least.values()];
}
