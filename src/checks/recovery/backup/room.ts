import { formatBytes } from '../../../base/quantity.ts';
import type { Check } from '../../check.ts';
import { finding, pass } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { aside } from '../aside.ts';
import { backupEvidence, judgeSets, whereRepository } from './repository.ts';

export const recoveryBackupRoom: Check = {
  id: 'recovery.backup.room',
  title: 'the disk of the repository has room for another set',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereRepository,
  requires: [],
  optional: backupEvidence,
  remedy: 'enlarge the disk of recovery.backup.repository, or run difyctl backup prune',
  judge: judgeSets(({ newest, freeBytes }) => {
    if (freeBytes === undefined) return aside('the repository is not a folder of this machine');
    const [set] = newest;
    if (set === undefined) return aside('no manifest of the newest sets can be read: see recovery.backup.sets');
    const observed = `${formatBytes(freeBytes)} free`;
    // restic stores only what changed, but after a migration everything has.
    const expected = `${formatBytes(set.bytes)}, the size of ${set.set}`;
    return freeBytes < set.bytes ? finding('fail', { observed, expected }) : pass(observed, expected);
  }),
};
