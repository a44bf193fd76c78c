import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { plannedQueues } from '../../../deployment/worker-pools.ts';
import { APP_WORKERS, type WorkersFact } from '../../../evidence/app/inside/workers.ts';
import { queuesOf } from '../../../versions/queues.ts';
import type { Check, Judgement, Observation } from '../../check.ts';
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
    const deployment = deploymentOf(context);
    const own = ownAnswers(fact);
    if (own.length === 0) {
      return finding('fail', { observed: 'no worker named its queues', expected: CONSUMED, remedy: SEE_WORKERS });
    }
    const consumed = new Set(own.flatMap(({ queues }) => queues));
    const queues = queuesOf(deployment.version);
    const missing = queues.filter((queue) => !consumed.has(queue));
    if (missing.length > 0) {
      const observed = `no worker reads ${missing.length === 1 ? 'the queue' : 'the queues'} ${some(missing, 6)}`;
      return finding('fail', { observed, expected: CONSUMED });
    }
    return misplaced(fact, deployment) ?? pass(`${counted(consumed.size, 'queue')}, each with a worker`, CONSUMED);
  }),
};

/** The finding if the workers of a pool read other queues than planned. Undefined without pools and without one. */
function misplaced(fact: WorkersFact, deployment: Deployment): Judgement | undefined {
  const planned = plannedQueues(deployment);
  if (planned.size === 1) return undefined;
  const known = queuesOf(deployment.version);
  const wrong = ownAnswers(fact).flatMap(({ name, queues }) => {
    const own = planned.get(fact.pools?.[name] ?? '') ?? [];
    const read = queues.filter((queue) => known.includes(queue));
    const others = [...read.filter((one) => !own.includes(one)), ...own.filter((one) => !read.includes(one))];
    return others.length === 0 ? [] : [`${name} (${some(others, 3)})`];
  });
  if (wrong.length === 0) return undefined;
  return finding('fail', {
    observed: `other queues than planned: ${some(wrong)}`,
    expected: 'each pool reads the queues of components.worker.pools, and the worker all others',
    remedy: 'difyctl install applies the pools of the file; kubectl get deployments -l difyctl/pool lists them',
  });
}

const SEE_WORKERS = 'see app.workers';

/** The answers of this installation's workers: another deployment may use the same broker. */
function ownAnswers({ running, answered }: WorkersFact): WorkersFact['answered'] {
  return answered.filter(({ name }) => running.includes(name));
}
