import type { Judgement } from '../check.ts';
import { finding } from '../judgement.ts';

/** A warning about a part of the plan that difyctl neither makes nor sees, and the step that shows it. */
export function declared(what: string, show: string): Judgement {
  return finding('warn', {
    observed: 'declared, not seen',
    expected: 'something that difyctl created or observed',
    message: `${what}: declared, not seen; difyctl created or observed nothing that proves it`,
    remedy: `${show}; or accept this risk by name (acceptedRisks)`,
  });
}
