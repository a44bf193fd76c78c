import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import { queuesOf } from '../../versions/queues.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';

const CONSUMED = 'every queue of the release is consumed';

/** Checks that the rendered workers consume every queue, with `extraEnv` and `extraValues`. */
export const configQueues: Check = {
  id: 'config.queues',
  title: 'a worker consumes every queue of this Dify version',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [RENDERED_OBJECTS],
  remedy: 'remove CELERY_QUEUES and CELERY_WORKER_QUEUES from components.worker.extraEnv and extraValues',
  judge: (context) => {
    const { workloads } = context.evidence(RENDERED_OBJECTS);
    const workers = workloads.filter(({ component, replicas }) => component === 'worker' && replicas > 0);
    if (workers.length === 0) return finding('fail', { observed: 'no worker is rendered', expected: CONSUMED });
    // CELERY_WORKER_QUEUES wins in the image's start script.
    const lists = workers.map(({ settings }) => settings?.CELERY_WORKER_QUEUES ?? settings?.CELERY_QUEUES ?? '');
    if (lists.includes('')) return pass('a worker consumes all queues of its image', CONSUMED);
    const consumed = new Set(lists.flatMap((list) => list.split(',').map((queue) => queue.trim())));
    const queues = queuesOf(deploymentOf(context).version);
    const missing = queues.filter((queue) => !consumed.has(queue));
    if (missing.length === 0) {
      return pass(`${counted(queues.length, 'queue')}, consumed by ${counted(workers.length, 'workload')}`, CONSUMED);
    }
    const observed = `no worker consumes ${some(missing, 6)}`;
    return finding('fail', { observed, expected: CONSUMED, message: `${observed}: their tasks wait forever` });
  },
};
