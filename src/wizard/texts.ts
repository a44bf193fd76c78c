import type { Json } from '../base/json.ts';
import { type Override, readOverrides } from '../deployment/overrides.ts';
import { formatSecretText } from '../deployment/secret-text.ts';
import { flagOf } from './names.ts';
import type { Answers, Question } from './question.ts';

/** Where texts come from and where the file is: paths are typed relative to the first and written relative to the second. */
export interface Places {
  readonly cwd: string;
  readonly baseDirectory: string;
}

/** A value as a flag takes it: `env:NAME` for a reference, commas in a list, JSON for what has no other form. */
export function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  return formatSecretText(value) ?? JSON.stringify(value);
}

/** An answer, or what is wrong with it; the text is never repeated, since it may be a secret that was typed by mistake. */
export type ReadAnswer = { readonly overrides: readonly Override[] } | { readonly fault: string };

/** Reads what was typed exactly as the question's flag would. */
export function readAnswer(question: Question, text: string, answers: Answers, places: Places): ReadAnswer {
  const flag = flagOf(question);
  const value = question.lens === undefined ? text : JSON.stringify(question.lens.write(text, answers));
  const { overrides, problems } = readOverrides(
    { flags: [{ flag, value }], sets: [], env: {}, cwd: places.cwd },
    places.baseDirectory,
  );
  const [problem] = problems;
  return problem === undefined ? { overrides } : { fault: problem.message };
}

/** The answer that takes a field out of the file. */
export function noAnswer({ fills }: Question, source: string): readonly Override[] {
  return fills.map((path) => ({ path: path.split('.'), value: null, source }));
}
