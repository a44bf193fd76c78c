import { durationSeconds } from '../../base/duration.ts';
import { SCHEDULE } from '../../evidence/recovery/schedule.ts';
import { drillWords } from '../../recovery/drill-facts.ts';
import type { DrillRecord } from '../../recovery/drill-record.ts';
import { lastSuccess } from '../../recovery/schedule-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { errorInProd, whereFile } from '../when.ts';
import { declared } from './declared.ts';
import { dayOf, drillEvidence, newestDrill } from './drilled.ts';

export const recoveryDrills: Check = {
  id: 'recovery.drills',
  title: 'the last restore drill is within the interval of the plan',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ recovery }) => recovery?.drills !== undefined),
  requires: [],
  optional: [...drillEvidence, SCHEDULE],
  remedy: 'difyctl drill',
  judge: (context) => {
    const { recovery, vectorStore } = deploymentOf(context);
    const { interval = '0s', last } = recovery?.drills ?? {};
    const expected = `a drill every ${interval}`;
    // The risk of a bundled vector store may be accepted only with backups that were drilled.
    const grave = vectorStore.mode === 'bundled' ? 'fail' : 'warn';
    const why = grave === 'fail' ? ', and a bundled vector store depends on it' : '';
    const drill = newestDrill(context);
    // A pod keeps no record, but a drill that does not pass ends with an error.
    const scheduled = lastSuccess(context.optionalEvidence(SCHEDULE)?.data, 'drill');
    const isNewest = scheduled !== undefined && (drill === undefined || scheduled > drill.at);
    if (isNewest && Date.parse(scheduled) + durationSeconds(interval) * 1_000 >= context.now.getTime())
      return pass(`the scheduled drill of ${scheduled.slice(0, 10)} passed`, expected);
    if (drill !== undefined) return judgeRecord(drill, interval, context.now, { expected, grave, why });
    if (last === undefined) return finding(grave, { observed: `no drill yet${why}`, expected });
    const due = Date.parse(last) + durationSeconds(interval) * 1000;
    if (Date.parse(last) > context.now.getTime() + durationSeconds('1d') * 1_000)
      return finding(grave, { observed: `the last drill is dated ${last}, which is in the future`, expected });
    if (context.now.getTime() > due)
      return finding(grave, { observed: `the last drill was on ${last}${why}`, expected });
    return declared(`the drill of ${last}`, 'run difyctl drill, which restores the newest set and keeps the record');
  },
};

/** A record takes the place of recovery.drills.last: what it proves, and whether it is recent enough. */
function judgeRecord(
  drill: DrillRecord,
  interval: string,
  now: Date,
  { expected, grave, why }: { readonly expected: string; readonly grave: 'fail' | 'warn'; readonly why: string },
): Judgement {
  const which = `the drill of ${dayOf(drill)} (set ${drill.set})`;
  if (drill.outcome === 'fail')
    return finding('fail', { observed: `${which} failed: ${drillWords(drill)}`, expected: 'a drill that passes' });
  if (now.getTime() > Date.parse(drill.at) + durationSeconds(interval) * 1_000)
    return finding(grave, { observed: `${which} is older than ${interval}${why}`, expected });
  return pass(`${which} passed: ${drillWords(drill)}`, expected);
}
