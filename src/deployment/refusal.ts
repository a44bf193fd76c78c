import { type Problem, UserError } from '../base/errors.ts';
import { counted } from '../base/words.ts';

/** Of a deployment file or a policy. What Kubernetes and helm keep of it lies in a Secret, which holds no more. */
export const FILE_LIMIT_BYTES = 1024 * 1024;
/** How many problems are shown: nobody reads on, and most have one cause. */
const MOST_SHOWN = 50;
/** Characters of a path that are shown. */
const LONGEST_PATH = 200;

/** The first problems in the order of the file, and how many there are. */
export function refusal(source: string, problems: readonly Problem[]): UserError {
  const sorted = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const shown = sorted.slice(0, MOST_SHOWN).map((problem) => ({ ...problem, path: shortened(problem.path) }));
  const count = counted(problems.length, 'problem');
  const more = problems.length - shown.length;
  return new UserError(
    more > 0 ? `${source} has ${count}; these are the first ${MOST_SHOWN}` : `${source} has ${count}`,
    { problems: shown },
  );
}

function shortened(path: string): string {
  return path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path;
}
