import { BACKUPS } from '../../../evidence/recovery/backups.ts';
import { RELEASE_INSTALLED } from '../../../evidence/release/installed.ts';
import type { BackupFacts } from '../../../recovery/backup-facts.ts';
import type { Check, JudgeContext, Judgement } from '../../check.ts';
import { whereFile } from '../../when.ts';
import { aside } from '../aside.ts';

/** Applies if the file names a repository of backups. */
export const whereRepository = whereFile(({ recovery }) => recovery?.backup !== undefined);

/** The evidence of the checks of the repository. */
export const backupEvidence: Check['requires'] = [BACKUPS];
/** Shows whether something is installed that a backup could contain. */
export const installedEvidence: Check['requires'] = [RELEASE_INSTALLED];

/**
 * Judges what the repository has. If it could not be read, or has no set, recovery.backup.age reports it: one problem,
 * one finding.
 */
export function judgeSets(judge: (facts: BackupFacts, context: JudgeContext) => Judgement): Check['judge'] {
  return (context) => {
    const facts = context.optionalEvidence(BACKUPS)?.data;
    if (facts === undefined) return aside('the repository could not be read: see recovery.backup.age');
    return facts.total === 0 ? aside('no complete set exists: see recovery.backup.age') : judge(facts, context);
  };
}

/** True if it was seen that nothing is installed yet: then there is nothing to back up. */
export function isBeforeInstall(context: JudgeContext): boolean {
  const seen = context.optionalEvidence(RELEASE_INSTALLED);
  return seen?.outcome === 'ok' && seen.data?.images.length === 0 && seen.data.records.length === 0;
}
