import { durationSeconds, span } from '../../../base/duration.ts';
import { setsName } from '../../../deployment/primary.ts';
import { BACKUPS } from '../../../evidence/recovery/backups.ts';
import { ageOf, newestSet } from '../../../recovery/backup-facts.ts';
import type { Check } from '../../check.ts';
import { deploymentOf, finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { inStandby } from './when.ts';

export const recoveryStandbySet: Check = {
  id: 'recovery.standby.set',
  title: 'the standby region can read the sets of the primary, and the newest is not older than the RPO',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: inStandby,
  requires: [BACKUPS],
  remedy: 'run difyctl backup on the primary, and more often: see docs/backup.md',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const facts = context.evidence(BACKUPS);
    const newest = newestSet(facts);
    const primary = setsName(deployment);
    const rpo = deployment.recovery?.rpo;
    const expected = `a complete set of ${primary}${rpo === undefined ? '' : ` of the last ${rpo}`}`;
    if (newest === undefined) {
      const observed = facts.exists
        ? `the repository has no complete set of ${primary}`
        : 'the repository does not exist';
      const remedy = 'check recovery.backup.repository and recovery.topology.primary.name';
      return finding('fail', { observed, expected, remedy });
    }
    const age = ageOf(newest, context.now);
    const observed = `${newest.set} is ${span(age)} old`;
    if (rpo !== undefined && age > durationSeconds(rpo)) return finding('fail', { observed, expected });
    return pass(observed, expected);
  },
};
