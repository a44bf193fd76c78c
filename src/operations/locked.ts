import { setTimeout as sleep } from 'node:timers/promises';
import { ExternalError, Interrupted } from '../base/errors.ts';
import { endChildren } from '../state/lock/children.ts';
import { acquireLock } from '../state/lock/lock.ts';
import { LOCK_SECONDS } from '../state/lock/record.ts';
import { ownRecord } from '../state/lock/self.ts';
import type { OnChild, Target, WorkOptions } from '../targets/target.ts';
import type { InstallOptions } from './options.ts';

/** The inputs of work under the lock. */
export interface Locked {
  /** Aborted by an interrupt, and if the lock is lost. */
  readonly signal: AbortSignal;
  readonly onChild: OnChild;
  /** What was done to recover from an earlier run that died; a line per action. */
  readonly recovered: readonly string[];
}

export interface LockOptions extends Pick<InstallOptions, 'target' | 'signal' | 'now' | 'timeoutMs' | 'onProgress'> {
  /** Id of the run; its child processes have it in their environment. */
  readonly run: string;
  /** True for work that changes nothing of the release: a release that another run left unfinished stays as it is. */
  readonly leavesRelease?: true;
}

/** True if another run holds the lock, or died while holding it. */
export async function isLockHeld(target: Target, signal: AbortSignal): Promise<boolean> {
  const store = await target.lockStore(signal);
  return (await store.read(signal)) !== undefined;
}

/**
 * Runs `work` as the only writer. Ends the children of a run that died and recovers its release first. Always releases
 * the lock. Throws UserError (exit 9) if another run holds the lock. If the lock is lost, throws the reason of that.
 */
export async function withLock<T>(options: LockOptions, work: (locked: Locked) => Promise<T>): Promise<T> {
  const { run, target, now, timeoutMs, onProgress, signal: interrupted } = options;
  const store = await target.lockStore(interrupted);
  const self = await ownRecord(run, now());
  const warn = (text: string): void => onProgress({ type: 'note', level: 'warn', text });
  const watching = { clock: () => performance.now(), pause: (ms: number) => pause(ms, interrupted), onWatch: warn };
  const lock = await acquireLock({ store, self, signal: interrupted, ...watching });
  const signal = AbortSignal.any([interrupted, lock.lost]);
  try {
    const ended = lock.takenFrom === undefined ? [] : await endChildren(lock.takenFrom, signal);
    const recovery = { timeoutMs, signal, onProgress, onChild: lock.noteChild };
    const repaired = options.leavesRelease === true ? [] : await target.recover(recovery);
    const recovered = [...repaired, ...(await startAgain(options, recovery, lock.takenFrom !== undefined))];
    for (const text of [...ended, ...recovered]) onProgress({ type: 'note', level: 'info', text });
    return await work({ signal, onChild: lock.noteChild, recovered: [...ended, ...recovered] });
  } catch (error) {
    throw lock.lost.aborted ? lock.lost.reason : error;
  } finally {
    // A failed release of the lock is only a warning: it must not replace the result of the work.
    await lock.release().catch((error: unknown) => warn(unreleased(error)));
  }
}

/**
 * Starts the processes that a run stopped and did not start again (`backup --quiesce`). Work that leaves the release may
 * not have the right to start them: it tries only after a run died, and continues if that fails.
 */
async function startAgain(
  { target, leavesRelease, onProgress }: LockOptions,
  options: WorkOptions,
  hasDied: boolean,
): Promise<readonly string[]> {
  if (leavesRelease === true && !hasDied) return [];
  try {
    const names = await target.startWriters(options);
    return names.length === 0 ? [] : [`started what an earlier run had stopped: ${names.join(', ')}`];
  } catch (error) {
    if (leavesRelease !== true || !(error instanceof ExternalError)) throw error;
    onProgress({
      type: 'note',
      level: 'warn',
      text: `what an earlier run had stopped could not be started: ${error.message}`,
    });
    return [];
  }
}

function unreleased(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `the lock could not be removed (${why}); the next run on this machine takes it at once, a run on another machine after ${LOCK_SECONDS} s`;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    throw new Interrupted();
  });
}
