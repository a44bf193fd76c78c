import { counted } from '../../../base/words.ts';
import type { Check } from '../../check.ts';
import { finding, listed, pass, some } from '../../judgement.ts';
import { errorInProdElseWarning } from '../../when.ts';
import { backupEvidence, judgeSets, whereRepository } from './repository.ts';

/** Milliseconds after which a run that has not written its manifest is not running any more. */
const RUNNING_MS = 24 * 60 * 60 * 1_000;

export const recoveryBackupSets: Check = {
  id: 'recovery.backup.sets',
  title: 'the newest backup sets have every part, and no run ended half-way',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereRepository,
  requires: [],
  optional: backupEvidence,
  remedy: 'difyctl backup verify',
  judge: judgeSets(({ newest, unreadable, partial, total }, context) => {
    const expected = 'sets whose manifest can be read and whose parts exist';
    const broken = [
      ...newest.flatMap(({ set, faults }) => (faults.length === 0 ? [] : [`${set} (${listed(faults)})`])),
      ...unreadable.map(({ set, reason }) => `${set} (${reason})`),
    ];
    if (broken.length > 0) return finding('fail', { observed: `damaged: ${some(broken, 3)}`, expected });
    const dead = partial.filter(({ at }) => context.now.getTime() - Date.parse(at) > RUNNING_MS);
    if (dead.length > 0) {
      const observed = `${counted(dead.length, 'run')} ended before the set was complete, the last on ${dead[0]?.at.slice(0, 10)}`;
      return finding('warn', { observed, expected: 'runs that end', remedy: 'difyctl backup prune removes them' });
    }
    return pass(`the newest ${newest.length} of ${counted(total, 'set')} are complete`, expected);
  }),
};
