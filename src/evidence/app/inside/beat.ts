import { kubectl } from '../../../exec/kubectl.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type CollectContext, type Collector, evidenceKey } from '../../evidence.ts';
import { deploymentOf, processesOf } from './exec.ts';
import type { AppProcess } from './processes.ts';

/** The Celery schedulers of the installation. */
export interface BeatFact {
  /** Host names of the running ones. */
  readonly running: readonly string[];
  /** True if all of them are simulated: their logs are empty. */
  readonly simulated: boolean;
  /** ISO time when the only one started. Undefined if there is not exactly one. */
  readonly startedAt?: string;
  /** True if its log of the last five minutes names a task that it sent. Undefined if there is not exactly one. */
  readonly sent?: boolean;
}
export const APP_BEAT = evidenceKey<BeatFact>('app.beat', 1);

/** Celery's line for each task that beat sends (celery/beat.py, `apply_entry`). */
const SENT = /Scheduler: Sending due task/;
/** Lines of the log that are read. A schedule with a task a minute writes a few. */
const LOG_LINES = 500;

export const appBeatCollector: Collector<BeatFact> = {
  key: APP_BEAT,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const processes = await processesOf(need, 'beat');
    const running = processes.map(({ host }) => host);
    const simulated = processes.length > 0 && processes.every((one) => one.simulated);
    const [only] = processes;
    if (only === undefined || processes.length > 1 || simulated) return { running, simulated };
    const log = await logOf(context, only);
    return { running, simulated, startedAt: only.startedAt, sent: SENT.test(log) };
  },
};

async function logOf(context: CollectContext, { host }: AppProcess): Promise<string> {
  const { target } = deploymentOf(context);
  const { signal, runner } = context;
  if (target.type === 'compose') {
    const args = ['logs', '--since', '5m', '--tail', String(LOG_LINES), host];
    // Celery logs to stderr. docker keeps the streams apart; kubectl does not.
    const { stdout, stderr } = await runner.run('docker', args, { signal });
    return `${stdout}\n${stderr}`;
  }
  const args = ['logs', '-n', target.namespace, host, '--since=5m', `--tail=${LOG_LINES}`];
  return fromCluster(context, `get pods/log in namespace ${target.namespace}`, () =>
    kubectl(runner, context.kubeArgs).run(args, { signal }),
  );
}
