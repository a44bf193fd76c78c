import { POSTGRES } from '../../../evidence/postgres/facts.ts';
import { RELEASE_INSTALLED } from '../../../evidence/release/installed.ts';
import type { Check } from '../../check.ts';
import { finding, listed, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { inStandby } from './when.ts';

const EXPECTED = 'nothing installed, and databases without tables of Dify';

export const recoveryStandbyEmpty: Check = {
  id: 'recovery.standby.empty',
  title: 'the standby region is empty, so that a promotion can restore into it',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: inStandby,
  requires: [RELEASE_INSTALLED],
  optional: [POSTGRES],
  remedy: 'remove recovery.topology.primary if this deployment is the primary now; else empty the region',
  judge: (context) => {
    const { images, records } = context.evidence(RELEASE_INSTALLED);
    const newest = records.at(-1);
    if (images.length > 0)
      return finding('fail', { observed: `Dify is installed here (${images[0]})`, expected: EXPECTED });
    if (newest !== undefined && newest.outcome !== 'removed') {
      const observed = `revision ${newest.number} is ${newest.outcome}`;
      return finding('fail', {
        observed,
        expected: EXPECTED,
        remedy: 'difyctl history; difyctl promote continues a promotion',
      });
    }
    const entries = context.optionalEvidence(POSTGRES)?.data?.entries ?? [];
    const used = entries.filter(({ session }) => (session?.migrated ?? []).length > 0).map(({ database }) => database);
    if (used.length === 0) return pass('nothing is installed', EXPECTED);
    return finding('fail', { observed: `the database ${listed(used)} has tables of Dify`, expected: EXPECTED });
  },
};
