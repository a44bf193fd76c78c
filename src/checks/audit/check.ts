import type { Check } from '../check.ts';

/** A check of `difyctl audit`. It may have the id of a check of another phase, if it answers the same question. */
export interface AuditCheck extends Check {
  /**
   * How much is at stake, 1 to 10. 10: others can take over the installation now. 8 and 9: data is exposed, or work is
   * lost silently. 6 and 7: one failed node or disk is an outage or a loss. 4 and 5: an outage is longer, or an upgrade
   * riskier. 1 to 3: hygiene.
   */
  readonly risk: number;
  /** What a production deployment of difyctl has instead: follows "difyctl". */
  readonly change: string;
}

type Given = Omit<AuditCheck, 'phases'>;

/** Returns the check with the phase of an audit. */
export function auditCheck(check: Given): AuditCheck {
  return { ...check, phases: ['audit'] };
}
