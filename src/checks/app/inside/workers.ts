import { APP_WORKERS, type WorkersFact } from '../../../evidence/app/inside/workers.ts';
import { queuesOf } from '../../../versions/queues.ts';
import type { Check, Observation } from '../../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';
import { judgeInside } from './seen.ts';

const ANSWERS = 'an answer from every running worker by its own name';

/** Checks that each worker answers through the broker, so that a worker that hangs is found. */
export const appWorkers: Check = {
  id: 'app.workers',
  title: 'every worker answers through the broker',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_WORKERS],
  remedy: 'read the log of the worker, then restart it: it does not read from the broker',
  judge: judgeInside(APP_WORKERS, ANSWERS, ({ running, answered }) => {
    if (running.length === 0) return finding('fail', { observed: 'no worker runs', expected: 'at least one worker' });
    const names = new Set(answered.map(({ name }) => name));
    const silent = running.filter((name) => !names.has(name));
    const observations = running.map((name) => workerObservation(name, names.has(name)));
    if (silent.length > 0) {
      const observed = `no answer from ${some(silent)}`;
      return { ...finding('fail', { observed, expected: ANSWERS }), observations };
    }
    return { ...pass(`${counted(running.length, 'worker')} answered`, ANSWERS), observations };
  }),
};

function workerObservation(name: string, answered: boolean): Observation {
  return {
    subject: name,
    from: 'local',
    status: answered ? 'pass' : 'fail',
    observed: answered ? 'answered' : 'no answer',
    expected: 'an answer',
  };
}

const CONSUMED = 'a worker for every queue of the release';

/** Checks that no task waits in a queue that no worker reads. */
export const appQueues: Check = {
  id: 'app.queues',
  title: 'every queue has a worker',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_WORKERS],
  remedy: 'remove CELERY_QUEUES and CELERY_WORKER_QUEUES from the worker: the image knows the queues of its release',
  judge: judgeInside(APP_WORKERS, CONSUMED, (fact, context) => {
    const { version } = deploymentOf(context);
    const own = ownAnswers(fact);
    if (own.length === 0) {
      return finding('fail', { observed: 'no worker named its queues', expected: CONSUMED, remedy: SEE_WORKERS });
    }
    const consumed = new Set(own.flatMap(({ queues }) => queues));
    const queues = queuesOf(version);
    const missing = queues.filter((queue) => !consumed.has(queue));
    if (missing.length === 0) return pass(`${counted(consumed.size, 'queue')}, each with a worker`, CONSUMED);
    const observed = `no worker reads ${missing.length === 1 ? 'the queue' : 'the queues'} ${some(missing, 6)}`;
    return finding('fail', { observed, expected: CONSUMED });
  }),
};

const SEE_WORKERS = 'see app.workers';

/** The answers of this installation's workers: another deployment may use the same broker. */
function ownAnswers({ running, answered }: WorkersFact): WorkersFact['answered'] {
  return answered.filter(({ name }) => running.includes(name));
}
