import { type Problem, UserError } from '../base/errors.ts';
import { counted } from '../base/words.ts';

/**
 * Size limit of a deployment file or a policy. Kubernetes and helm store the file in a Secret, which has the same
 * limit.
 */
export const FILE_LIMIT_BYTES = 1024 * 1024;
/** How many problems are shown; most of them have one cause. */
const MOST_SHOWN = 50;
/** How many characters of a path are shown. */
const LONGEST_PATH = 200;

/** The error with the first problems, in the order of the file, and the number of all. */
export function refusal(source: string, problems: readonly Problem[]): UserError {
  const sorted = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const shown = sorted.slice(0, MOST_SHOWN).map((problem) => ({ ...problem, path: shortened(problem.path) }));
  const count = counted(problems.length, 'problem');
  const more = problems.length - shown.length;
  return new UserError(
    more > 0 ? `${source} has ${count}; the first ${MOST_SHOWN} are shown` : `${source} has ${count}`,
    { problems: shown },
  );
}

function shortened(path: string): string {
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
}
