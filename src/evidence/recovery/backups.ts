import type { BackupFacts } from '../../recovery/backup-facts.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';

export const BACKUPS = evidenceKey<BackupFacts>('recovery.backups', 1);

/** Reads the repository of backups with restic, through the function that the run provides. */
export const backupsCollector: Collector<BackupFacts> = {
  key: BACKUPS,
  timeoutMs: 120_000,
  collect: async ({ readBackups, signal }) => {
    if (readBackups === undefined) throw new CollectionError('absent', 'a repository of backups in the file');
    return readBackups(signal);
  },
};
