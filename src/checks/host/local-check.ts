import type { EvidenceKey } from '../../evidence/evidence.ts';
import { type EngineFact, HOST_ENGINE } from '../../evidence/host/engine.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { onCompose } from '../when.ts';

/**
 * A check of the engine's machine. If the facts are missing because the engine does not run on this machine, the check
 * is skipped with a message; host.engine reports that once as a finding.
 */
export function localCheck<T>(
  check: Pick<Check, 'id' | 'title' | 'severity' | 'remedy'> & Partial<Pick<Check, 'when'>>,
  key: EvidenceKey<T>,
  judge: (fact: T, context: JudgeContext, engine: EngineFact) => Judgement,
): Check {
  return {
    phases: ['preflight'],
    when: onCompose,
    ...check,
    requires: [HOST_ENGINE],
    optional: [key],
    judge: (context) => {
      const engine = context.evidence(HOST_ENGINE);
      const seen = context.optionalEvidence(key);
      if (seen?.data !== undefined) return judge(seen.data, context, engine);
      const missing = seen?.missing ?? key.name;
      if (engine.location === 'local')
        return { status: 'unknown', observed: 'not observed', expected: '', message: `not observed: ${missing}` };
      return {
        status: 'skip',
        observed: '',
        expected: '',
        message: `not checked: the engine runs on ${engine.name}; run difyctl there`,
      };
    },
  };
}
