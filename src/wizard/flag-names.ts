import { variableOf } from '../deployment/flag-names.ts';
import { flagForPath } from '../deployment/flags.ts';
import type { Question } from './question.ts';

/** The flag of a question: `--postgres-host`, `--url`. */
export function flagOf({ fills }: Question): string {
  const [first = ''] = fills;
  return fills.length > 1 ? '--url' : flagForPath(first);
}

/** The environment variable of a question: `DIFYCTL_POSTGRES_HOST`. */
export function variableFor(question: Question): string {
  return variableOf(flagOf(question));
}
