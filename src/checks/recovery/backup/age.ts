import { durationSeconds, span } from '../../../base/duration.ts';
import { formatBytes } from '../../../base/quantity.ts';
import { primaryOf } from '../../../deployment/primary.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { BACKUPS } from '../../../evidence/recovery/backups.ts';
import { ageOf, type BackupFacts, type BackupSetFact, newestSet } from '../../../recovery/backup-facts.ts';
import type { Check } from '../../check.ts';
import { deploymentOf, finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { aside } from '../aside.ts';
import { backupEvidence, installedEvidence, isBeforeInstall, whereRepository } from './repository.ts';

export const recoveryBackupAge: Check = {
  id: 'recovery.backup.age',
  title: 'the newest backup set is complete, and not older than the RPO',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: (deployment, tier) => {
    if (deployment !== undefined && primaryOf(deployment) !== undefined)
      return { skip: 'the sets are those of the primary: recovery.standby.set judges their age' };
    const applies = whereRepository(deployment, tier);
    // One note for all checks of the repository, and only where a backup is expected.
    return applies === false && tier === 'prod'
      ? { skip: 'the file names no repository of backups (recovery.backup.repository)' }
      : applies;
  },
  requires: backupEvidence,
  optional: installedEvidence,
  remedy: 'difyctl backup',
  judge: (context) => {
    const facts = context.evidence(BACKUPS);
    const newest = newestSet(facts);
    const limit = limitOf(deploymentOf(context));
    const expected = limit === undefined ? 'a complete set' : `a complete set of the last ${limit}`;
    if (newest === undefined) {
      if (facts.total === 0 && isBeforeInstall(context)) return aside('nothing is installed yet: nothing to back up');
      return finding('fail', { observed: withoutSet(facts), expected });
    }
    const age = ageOf(newest, context.now);
    const observed = `${newest.set} is ${span(age)} old`;
    if (limit !== undefined && age > durationSeconds(limit))
      return finding('fail', { observed, expected, remedy: 'run difyctl backup, and more often: see docs/backup.md' });
    return pass(`${observed}, ${sizeWords(newest)}`, expected);
  },
};

/**
 * How old the newest set may be. If PostgreSQL has an archive or snapshots of its own, the RPO is theirs, and a set is
 * the copy that the provider does not have.
 */
function limitOf({ recovery }: Deployment): string | undefined {
  return (recovery?.postgres?.method ?? 'dump') === 'dump' ? recovery?.rpo : undefined;
}

function withoutSet({ exists, partial, total }: BackupFacts): string {
  if (!exists) return 'the repository does not exist: no backup was made';
  if (total > 0) return 'no set of the newest ones can be restored';
  return partial.length > 0 ? 'every run of difyctl backup ended before its set was complete' : 'no set exists';
}

function sizeWords({ bytes, seconds }: BackupSetFact): string {
  return `${formatBytes(bytes)} in ${span(seconds)}`;
}
