import { difyProfile } from '../../../versions/dify-profile.ts';
import { type Collector, evidenceKey } from '../../evidence.ts';
import { deploymentOf, type Inside, processesOf, runInside } from './exec.ts';

/** The Celery workers: those that run, and those that answer through the broker. */
export interface WorkersFact {
  /** Node names of the running workers: `celery@HOST`. Simulated pods are left out. */
  readonly running: readonly string[];
  /** Workers that answered, with the queues that each consumes. */
  readonly answered: readonly { readonly name: string; readonly queues: readonly string[] }[];
  /** The worker pool of each running worker that belongs to one; absent without pools. */
  readonly pools?: Readonly<Record<string, string>>;
}
export const APP_WORKERS = evidenceKey<Inside<WorkersFact>>('app.workers', 1);

/** Seconds that Celery waits for answers. All running workers answer within one second if they are free. */
const WAIT_SECONDS = 10;
/** `celery inspect` ends with this code if no worker answers (EX_UNAVAILABLE). */
const NO_ANSWER = 69;

export const appWorkersCollector: Collector<Inside<WorkersFact>> = {
  key: APP_WORKERS,
  timeoutMs: 90_000,
  collect: async (context, need) => {
    const app = difyProfile(deploymentOf(context).version)?.celeryApp ?? 'app.celery';
    const workers = await processesOf(need, 'worker');
    const real = workers.filter(({ simulated }) => !simulated);
    const running = real.map(({ host }) => `celery@${host}`);
    const pools = real.flatMap(({ host, pool }) => (pool === undefined ? [] : [[`celery@${host}`, pool] as const]));
    // Celery stops waiting once every named worker answered.
    const named = running.length === 0 ? [] : ['--destination', running.join(',')];
    const wait = ['--timeout', String(WAIT_SECONDS)];
    const command = ['celery', '-A', app, 'inspect', 'active_queues', ...wait, ...named];
    // The api asks, because a worker that does not answer may not be able to run a command either.
    return runInside(context, need, { component: 'api', command, okCodes: [0, NO_ANSWER] }, (stdout) => ({
      running,
      answered: parseQueues(stdout),
      ...(pools.length === 0 ? {} : { pools: Object.fromEntries(pools) }),
    }));
  },
};

const NODE = /^->\s+(\S+): OK/;
const QUEUE = /^\s+\* \{'name': '([^']+)'/;

/** Parses the output of `celery inspect active_queues`: a line for each node, then a line for each of its queues. */
export function parseQueues(output: string): WorkersFact['answered'] {
  const answered: { readonly name: string; readonly queues: string[] }[] = [];
  for (const line of output.split('\n')) {
    const name = NODE.exec(line)?.[1];
    if (name !== undefined) answered.push({ name, queues: [] });
    const queue = QUEUE.exec(line)?.[1];
    if (queue !== undefined) answered.at(-1)?.queues.push(queue);
  }
  return answered;
}
