import type { Inside } from '../../../evidence/app/inside/exec.ts';
import type { EvidenceKey } from '../../../evidence/evidence.ts';
import type { JudgeContext, Judgement } from '../../check.ts';

/**
 * Returns the `judge` of a check on what a process inside answered. Skips with the reason if every pod that could
 * answer is simulated.
 */
export function judgeInside<T>(
  key: EvidenceKey<Inside<T>>,
  expected: string,
  judge: (seen: T, context: JudgeContext, via: string) => Judgement,
): (context: JudgeContext) => Judgement {
  return (context) => {
    const inside = context.evidence(key);
    if (inside.simulated !== undefined) {
      return { status: 'skip', observed: inside.simulated, expected, message: inside.simulated };
    }
    return judge(inside.seen, context, inside.via);
  };
}
