import type { BackupFacts, BackupSetFact } from '../../src/recovery/backup-facts.ts';

/** A complete set of two hours before the time of the tests of checks (2026-11-22, 12:00 UTC). */
export function setFactOf(facts: Partial<BackupSetFact> = {}): BackupSetFact {
  return {
    ...{ set: 'dify-1', commonPoint: '2026-11-22T10:00:00.000Z', seconds: 300, bytes: 3 * 2 ** 30, faults: [] },
    copied: ['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage', 'configuration', 'secrets'],
    ...facts,
  };
}

/** A repository with nine sets, verified a day ago. */
export function backupFactsOf(facts: Partial<BackupFacts> = {}): BackupFacts {
  return {
    ...{ exists: true, newest: [setFactOf()], total: 9, oldest: '2026-10-01T02:00:00.000Z' },
    ...{ unreadable: [], partial: [], surplus: 1 },
    verification: { at: '2026-11-21T03:00:00.000Z', share: '3/7', faults: [] },
    ...facts,
  };
}
