import { BACKUPS } from '../../../evidence/recovery/backups.ts';
import { newestSet } from '../../../recovery/backup-facts.ts';
import type { Check } from '../../check.ts';
import { finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { aside } from '../aside.ts';
import { inStandby } from './when.ts';

const EXPECTED = 'the SECRET_KEY of the primary';

export const recoveryStandbyKey: Check = {
  id: 'recovery.standby.key',
  title: 'SECRET_KEY of the standby region opens the newest set of the primary',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: inStandby,
  requires: [],
  optional: [BACKUPS],
  remedy: 'set secrets.secretKey to a reference to the key of the primary',
  judge: (context) => {
    const facts = context.optionalEvidence(BACKUPS)?.data;
    const newest = facts && newestSet(facts);
    if (newest === undefined) return aside('no set of the primary can be read: see recovery.standby.set');
    if (facts?.isKeyOfSet === undefined) {
      const observed = `no SECRET_KEY is here yet: promote takes it from ${newest.set} with --identity`;
      return pass(observed, EXPECTED);
    }
    const fits = `the fingerprint of SECRET_KEY is ${facts.isKeyOfSet ? '' : 'not '}the one of ${newest.set}`;
    return facts.isKeyOfSet ? pass(fits, EXPECTED) : finding('fail', { observed: fits, expected: EXPECTED });
  },
};
