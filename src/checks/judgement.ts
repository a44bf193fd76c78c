import { counted as countedWords } from '../base/words.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { JudgeContext, Judgement } from './check.ts';

/** A `pass`: what was observed is what was expected. */
export function pass(observed: string, expected = observed): Judgement {
  return { status: 'pass', observed, expected, message: observed };
}

/**
 * A finding: what was observed, what was expected, and a next step if the remedy of the check is too general. The
 * default message is `OBSERVED; expected EXPECTED`.
 */
export function finding(
  status: 'fail' | 'warn',
  said: { readonly observed: string; readonly expected: string; readonly message?: string; readonly remedy?: string },
): Judgement {
  const { observed, expected, remedy } = said;
  const message = said.message ?? `${observed}; expected ${expected}`;
  return { status, observed, expected, message, ...(remedy === undefined ? {} : { remedy }) };
}

/** The deployment, for a check that needs a file. Throws if there is none. */
export function deploymentOf({ deployment }: JudgeContext): Deployment {
  if (deployment === undefined) throw new Error('judged without a deployment');
  return deployment;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The first `most` words, and how many more: `a, b and 3 more`. */
export function some(words: readonly string[], most = 4): string {
  if (words.length <= most) return listed(words);
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}

/** `1 node`, `5 nodes`. */
export const counted = countedWords;

/** Groups the members by `key`, in order of first appearance. */
export function groupBy<T>(list: readonly T[], key: (member: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const member of list) groups.set(key(member), [...(groups.get(key(member)) ?? []), member]);
  return groups;
}
