import type { Judgement } from '../check.ts';

/** Another check has said it already: one fault, one finding. */
export function aside(message: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message };
}
