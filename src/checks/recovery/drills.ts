import { durationSeconds } from '../../base/duration.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { declared } from './declared.ts';

export const recoveryDrills: Check = {
  id: 'recovery.drills',
  title: 'the last restore drill is within the interval of the plan',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.drills !== undefined),
  requires: [],
  remedy: 'run a restore drill, then set recovery.drills.last to its date',
  judge: (context) => {
    const { recovery, vectorStore } = deploymentOf(context);
    const { interval = '0s', last } = recovery?.drills ?? {};
    const expected = `a drill every ${interval}`;
    // The risk of a bundled vector store may be accepted only with backups that were drilled.
    const grave = vectorStore.mode === 'bundled' ? 'fail' : 'warn';
    const why = grave === 'fail' ? ', and a bundled vector store depends on it' : '';
    if (last === undefined) return finding(grave, { observed: `no drill yet${why}`, expected });
    const due = Date.parse(last) + durationSeconds(interval) * 1000;
    if (Date.parse(last) > context.now.getTime() + durationSeconds('1d') * 1_000)
      return finding(grave, { observed: `the last drill is dated ${last}, which is in the future`, expected });
    if (context.now.getTime() > due)
      return finding(grave, { observed: `the last drill was on ${last}${why}`, expected });
    return declared(
      `the drill of ${last}`,
      'restore the newest backup beside the installation, and keep the record of it',
    );
  },
};
