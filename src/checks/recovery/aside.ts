import type { Judgement } from '../check.ts';

/** A skip because another check reports it: one problem, one finding. */
export function aside(message: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message };
}
