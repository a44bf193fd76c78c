import type { Problem } from '../base/errors.ts';
import { answersOf } from './answers.ts';
import { flagOf, variableFor } from './flag-names.ts';
import type { Condition, MissingAnswer } from './missing.ts';
import type { Question } from './question.ts';

/**
 * Missing answers as problems: flag, title, possible values, environment variable, and the choices that require the
 * answer.
 */
export function missingProblems(missing: readonly MissingAnswer[]): readonly Problem[] {
  return missing.map(({ question, conditions }) => ({
    path: flagOf(question),
    message: [question.title, ...choicesOf(question), variableFor(question), ...whenOf(conditions)].join('  '),
  }));
}

function choicesOf(question: Question): readonly string[] {
  if (question.codec !== undefined) {
    const example = question.codec.write('...', { explicit: () => undefined });
    return [`such as --accepted-risks '${JSON.stringify(example)}'`];
  }
  if (question.kind === 'secret') return ['(env:NAME, file:PATH or kubernetes:NAME/KEY)'];
  if (question.kind !== 'select' || question.open === true) return [];
  const choices = question.choices?.(answersOf({})) ?? [];
  const possible = choices.filter(({ unavailable }) => unavailable === undefined).map(({ value }) => value);
  return [`(${possible.join(', ')})`];
}

function whenOf(conditions: readonly Condition[]): readonly string[] {
  if (conditions.length === 0) return [];
  return [`with ${conditions.map(({ question, value }) => `${flagOf(question)} ${value}`).join(' ')}`];
}
