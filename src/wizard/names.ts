import { flagForPath, kebabFlag, variableOf } from '../deployment/flags.ts';
import type { Question } from './question.ts';

/** The flag that answers a question: `--postgres-host`, `--url`. */
export function flagOf({ fills }: Question): string {
  const [first = ''] = fills;
  return fills.length > 1 ? '--url' : flagForPath(first);
}

/** The environment name that answers it: `DIFYCTL_POSTGRES_HOST`. */
export function variableFor(question: Question): string {
  return variableOf(flagOf(question));
}

/** The long form of a flag that has a short one: `--recovery-rto` beside `--rto`. */
export function longFlagOf({ fills }: Question): string {
  return kebabFlag(fills[0] ?? '');
}
