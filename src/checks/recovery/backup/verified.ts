import { durationSeconds, span } from '../../../base/duration.ts';
import { SCHEDULE } from '../../../evidence/recovery/schedule.ts';
import type { BackupFacts } from '../../../recovery/backup-facts.ts';
import { lastSuccess } from '../../../recovery/schedule-facts.ts';
import type { Check } from '../../check.ts';
import { finding, pass, some } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { backupEvidence, judgeSets, whereRepository } from './repository.ts';

/** `difyctl backup verify` reads another seventh of the data each day. */
const INTERVAL = '7d';

export const recoveryBackupVerified: Check = {
  id: 'recovery.backup.verified',
  title: 'the repository of backups was verified in the last week, without a fault',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereRepository,
  requires: [],
  optional: [...backupEvidence, SCHEDULE],
  remedy: 'difyctl backup verify',
  judge: judgeSets(({ verification }, context) => {
    const expected = `a verification every ${INTERVAL}`;
    // A pod keeps no record, but its run succeeded.
    const scheduled = lastSuccess(context.optionalEvidence(SCHEDULE)?.data, 'verify');
    const since = scheduled === undefined ? Number.POSITIVE_INFINITY : ageSeconds(scheduled, context.now);
    const isNewest = scheduled !== undefined && (!hasRecord(verification) || scheduled > verification.at);
    if (isNewest && since <= durationSeconds(INTERVAL))
      return pass(`verified on ${scheduled.slice(0, 10)} by the schedule`, expected);
    if (verification === undefined) return finding('warn', { observed: 'never verified from this folder', expected });
    if ('reason' in verification)
      return finding('warn', { observed: `the record of the last verification: ${verification.reason}`, expected });
    const { at, share, faults } = verification;
    const day = at.slice(0, 10);
    if (faults.length > 0) {
      return finding('fail', {
        observed: `the verification of ${day} failed: ${some(faults, 3)}`,
        expected: 'a repository without a fault',
        remedy: 'run difyctl backup, then difyctl backup verify --all',
      });
    }
    const age = ageSeconds(at, context.now);
    if (age > durationSeconds(INTERVAL))
      return finding('warn', { observed: `the last verification was ${span(age)} ago`, expected });
    return pass(`verified on ${day}, ${share} of the data read`, expected);
  }),
};

function ageSeconds(at: string, now: Date): number {
  return (now.getTime() - Date.parse(at)) / 1_000;
}

function hasRecord(
  verification: BackupFacts['verification'],
): verification is Extract<BackupFacts['verification'], { readonly at: string }> {
  return verification !== undefined && 'at' in verification;
}
