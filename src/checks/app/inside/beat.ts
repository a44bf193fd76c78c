import { isOlder } from '../../../base/version-order.ts';
import { plannedComponents } from '../../../deployment/components.ts';
import { APP_BEAT, type BeatFact } from '../../../evidence/app/inside/beat.ts';
import type { Check, JudgeContext, Judgement } from '../../check.ts';
import { counted, deploymentOf, finding, listed, pass } from '../../judgement.ts';
import { error, whereFile } from '../../when.ts';

const EXPECTED = 'exactly one beat, which sends tasks';
/**
 * The first release whose beat sends a task every minute (`poll_workflow_schedules`); older ones send a few a day, so
 * that a silent log proves nothing.
 */
const POLLS_SINCE = '1.10.0';
/** Milliseconds after the start in which no task is due yet: the interval of the poll, and the start of Python. */
const FIRST_TASK_MS = 150_000;

/** Checks the scheduler: with none no scheduled task runs, with two each runs twice. */
export const appBeat: Check = {
  id: 'app.beat',
  title: 'exactly one beat runs and sends tasks',
  phases: ['postflight'],
  severity: error,
  when: whereFile((deployment) => plannedComponents(deployment).beat.enabled),
  requires: [APP_BEAT],
  remedy: 'read the log of beat: it names the broker that it cannot reach',
  judge: (context) => judgeBeat(context.evidence(APP_BEAT), context),
};

function judgeBeat({ running, simulated, startedAt, sent }: BeatFact, context: JudgeContext): Judgement {
  if (simulated) {
    const reason = 'every pod of beat is simulated (kwok)';
    return { status: 'skip', observed: reason, expected: EXPECTED, message: reason };
  }
  if (running.length === 0) {
    return finding('fail', { observed: 'no beat runs', expected: EXPECTED, remedy: 'difyctl install starts it again' });
  }
  if (running.length > 1) {
    const observed = `${counted(running.length, 'beat')} run: ${listed(running)}`;
    return finding('fail', { observed, expected: EXPECTED, remedy: ONE_BEAT });
  }
  if (sent === true) return pass('one beat, which sent a task within the last 5 minutes', EXPECTED);
  const { version, logging } = deploymentOf(context);
  if (isOlder(version, POLLS_SINCE)) return pass('one beat runs', 'exactly one beat');
  const age = context.now.getTime() - Date.parse(startedAt ?? '');
  if (age < FIRST_TASK_MS) return pass('one beat runs; its first task is not due yet', EXPECTED);
  if (/^(warning|error|critical)$/i.test(logging.level)) {
    return pass(`one beat runs; its log does not name tasks at level ${logging.level}`, EXPECTED);
  }
  return finding('fail', { observed: 'beat sent no task within the last 5 minutes', expected: EXPECTED });
}

const ONE_BEAT = 'scale beat to one: each scheduled task runs as often as there are beats';
