import type { InvariantResult, Read } from './facts.ts';

type Verdict = Omit<InvariantResult, 'id' | 'expected'>;

export const holds = (observed: string): Verdict => ({ status: 'pass', observed });
export const broken = (observed: string): Verdict => ({ status: 'fail', observed });
export const skipped = (observed: string): Verdict => ({ status: 'skip', observed });

/** Judges what was read; `unknown` with the reason if it could not be read. */
export function judgeRead<T>(read: Read<T>, judge: (seen: T) => Verdict): Verdict {
  return 'seen' in read ? judge(read.seen) : { status: 'unknown', observed: `could not be read: ${read.unread}` };
}

/** The first of many, with how many more there are: `a, b, c and 4 more`. */
export function examplesOf(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, 3);
  return total > shown.length ? `${shown.join(', ')} and ${total - shown.length} more` : shown.join(', ');
}
