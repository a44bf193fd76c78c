import type { JsonObject } from '../base/json.ts';
import { withPath } from '../deployment/paths.ts';
import { answersOf, currentAnswer, isMissing } from './answers.ts';
import type { Choice, Question } from './question.ts';
import { QUESTIONS } from './questions/all.ts';

/** A required answer that is missing. */
export interface MissingAnswer {
  readonly question: Question;
  /** The open choices on which the answer depends. Empty if it is required whatever they are. */
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly question: Question;
  readonly value: string;
}

/**
 * Returns all missing answers at once. If a choice is open, each of its values is tried; an answer that only one value
 * requires is listed with that value.
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

/** Missing choices on which other questions may depend. */
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

/** One entry per question: if it is required in several ways, the entry with the fewest conditions. */
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
