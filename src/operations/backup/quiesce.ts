import { ExternalError, UserError } from '../../base/errors.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Locked, LockOptions } from '../locked.ts';
import { runStep } from '../steps.ts';

/** Milliseconds to start the stopped processes, also after an interrupt. */
const START_MS = 120_000;

/**
 * Stops the processes of Dify that write, calls `work`, and always starts them again. If this run is killed, the next run
 * that takes the lock starts them. Throws UserError if none of them runs, ExternalError if one does not stop, or runs
 * again before `work` has ended.
 */
export async function whileStopped<T>(
  options: Pick<LockOptions, 'target' | 'onProgress' | 'timeoutMs'>,
  locked: Locked,
  work: () => Promise<T>,
): Promise<T> {
  const { target, onProgress, timeoutMs } = options;
  const change = { timeoutMs, onProgress, onChild: locked.onChild };
  const start = (): Promise<readonly string[]> =>
    runStep(
      ...([onProgress, 'start', 'start the stopped processes'] as const),
      () => target.startWriters({ ...change, signal: withinMs(START_MS) }),
      (names) => ({ detail: names.join(', ') }),
    );
  let result: T;
  try {
    const stopped = await runStep(
      ...([onProgress, 'stop', 'stop the processes that write'] as const),
      () => target.stopWriters({ ...change, signal: locked.signal }),
      (names) => ({ detail: names.join(', ') }),
    );
    if (stopped.length === 0) throw nothingRuns();
    result = await work();
    const running = await target.runningWriters(locked.signal);
    if (running.length > 0)
      throw new ExternalError(`${running.join(', ')} ran again while the set was made, and may have written`, {
        next: ['find out what started it: an autoscaler, an operator or another difyctl'],
      });
  } catch (error) {
    await start().catch((cause: unknown) => onProgress({ type: 'note', level: 'warn', text: notStarted(cause) }));
    throw error;
  }
  await start();
  return result;
}

function nothingRuns(): UserError {
  return new UserError('no process of Dify that writes is running; expected api and worker', {
    next: [
      'check the name of the deployment and its target: difyctl status',
      'or run difyctl backup without --quiesce',
    ],
  });
}

function notStarted(cause: unknown): string {
  const why = cause instanceof Error ? cause.message : String(cause);
  return `Dify is still stopped (${why}); the next difyctl install or upgrade starts it again`;
}
