import { ExternalError, Interrupted, UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { identify } from './process.ts';
import { LOCK_SECONDS, type LockedChild, type LockRecord, lockHolderState } from './record.ts';
import type { HeldLock, LockStore } from './store.ts';

/** Renews three times per lock duration. */
const RENEW_MS = (LOCK_SECONDS * 1000) / 3;

/** Interval in ms at which a lock of another machine is read. */
const WATCH_MS = 2_000;
/** Maximum number of attempts for a lock that appears and disappears. */
const TRIES = 50;

export interface LockOptions {
  readonly store: LockStore;
  /** The record of this run, without children. */
  readonly self: LockRecord;
  /** Milliseconds of a monotonic clock: `performance.now`. */
  readonly clock: () => number;
  /** Waits. Rejects if the run is interrupted. */
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Called once when a lock of another machine is watched. */
  readonly onWatch: (text: string) => void;
}

/** A held lock: one writer at a time. */
export interface Lock {
  /** The run that the lock was taken over from. Undefined if it was free. */
  readonly takenFrom: LockRecord | undefined;
  /** Aborted, with the reason, if another run took the lock or it could not be renewed in time. */
  readonly lost: AbortSignal;
  /** Records a program that this run started. */
  readonly noteChild: (program: string, pid: number) => void;
  release(): Promise<void>;
}

/**
 * Acquires the lock, at once if the holder has died on this boot. A lock from another machine is watched, as in leader
 * election: if it changes, its holder is alive; if it stays unchanged for its whole duration, it is taken over. Clocks
 * of machines are never compared. Throws UserError with exit 9 if another run holds the lock, ExternalError if it keeps
 * appearing and disappearing.
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { store, self, signal } = options;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (signal.aborted) throw new Interrupted();
    const created = await store.create(self, signal);
    if (created !== undefined) return hold(options, created, undefined);
    const held = await store.read(signal);
    // The response to this run's own write was lost, and the write was repeated.
    if (held?.record.run === self.run) return hold(options, held.version, undefined);
    if (held !== undefined && (await isFree(held, options))) {
      const taken = await store.replace(self, held.version, signal);
      if (taken !== undefined) return hold(options, taken, held.record);
    }
    // Another run released or took the lock between two calls of this run, so this run tries again.
    await options.pause(Math.min(tries * 10, 1_000));
  }
  throw new ExternalError('the lock was created and deleted again at every attempt, so it could not be taken', {
    next: ['find out which run takes it: difyctl status, kubectl get leases'],
  });
}

/** Returns true if the lock may be taken over. Throws UserError if its holder is alive. */
async function isFree(held: HeldLock, options: LockOptions): Promise<boolean> {
  const holder = await lockHolderState(held.record, options.self.space);
  if (holder === 'alive') throw heldBy(held.record);
  return holder === 'dead' || (await staysUnchanged(held, options));
}

/**
 * Returns true if the lock stays unchanged for its duration, false if it is released meanwhile. Throws UserError if it
 * changes.
 */
async function staysUnchanged(held: HeldLock, options: LockOptions): Promise<boolean> {
  const { store, clock, pause, signal, onWatch } = options;
  const until = clock() + held.durationMs;
  if (held.durationMs > 0) {
    const seconds = Math.ceil(held.durationMs / 1000);
    onWatch(
      `${held.record.holder} holds the lock from another machine: waiting up to ${seconds} s to see whether it is renewed`,
    );
  }
  while (clock() < until) {
    await pause(Math.min(WATCH_MS, until - clock()));
    const now = await store.read(signal);
    if (now === undefined) return false;
    if (now.version !== held.version) throw heldBy(now.record);
  }
  return true;
}

function heldBy({ holder, since, pid }: LockRecord): UserError {
  return new UserError(`locked by ${holder} since ${since} (process ${pid})`, {
    exitCode: EXIT.locked,
    next: [
      `wait until that run ends; if it crashes, the next run on that machine takes over at once, a run on another machine after ${LOCK_SECONDS} s`,
    ],
  });
}

function hold({ store, self, clock }: LockOptions, first: string, takenFrom: LockRecord | undefined): Lock {
  const lost = new AbortController();
  const unending = new AbortController().signal;
  let record = self;
  let version = first;
  let deadline = clock() + LOCK_SECONDS * 1000;
  let queue: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    if (lost.signal.aborted) return;
    try {
      const next = (await store.replace(record, version, unending)) ?? (await ownVersion());
      if (next === undefined)
        return lost.abort(new ExternalError('another run has taken the lock of this run', { exitCode: EXIT.locked }));
      version = next;
      deadline = clock() + LOCK_SECONDS * 1000;
    } catch (error) {
      if (clock() > deadline)
        lost.abort(new ExternalError('the lock could not be renewed in time', { exitCode: EXIT.locked, cause: error }));
    }
  };
  // If the response to a renewal was lost, the runner repeated it, and the repetition conflicted with the first.
  const ownVersion = async (): Promise<string | undefined> => {
    const held = await store.read(unending);
    return held?.record.run === self.run ? held.version : undefined;
  };
  const renew = (): void => {
    queue = queue.then(write);
  };
  const timer = setInterval(renew, RENEW_MS);
  return {
    takenFrom,
    lost: lost.signal,
    noteChild: (program, pid) => {
      queue = queue.then(async () => {
        const started = await identify(pid);
        if (started === undefined) return;
        const child: LockedChild = { program, ...started };
        record = { ...record, children: [...record.children, child] };
        await write();
      });
    },
    release: async () => {
      clearInterval(timer);
      await queue;
      if (!lost.signal.aborted) await store.remove(version, unending);
    },
  };
}
