import { ExternalError, Interrupted, UserError } from '../../base/errors.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { identify } from './process.ts';
import { judgeHolder, LOCK_SECONDS, type LockedChild, type LockRecord } from './record.ts';
import type { HeldLock, LockStore } from './store.ts';

/** Three chances within the time that a lock holds. */
const RENEW_MS = (LOCK_SECONDS * 1000) / 3;

export interface LockOptions {
  readonly store: LockStore;
  /** This run, without children. */
  readonly self: LockRecord;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** One writer at a time. */
export interface Lock {
  /** The run this lock was taken over from, where there was one. */
  readonly takenFrom: LockRecord | undefined;
  /** Aborted, with the reason, when somebody else took the lock or it could not be renewed in time. */
  readonly lost: AbortSignal;
  /** Records a program that this run started. */
  readonly noteChild: (program: string, pid: number) => void;
  release(): Promise<void>;
}

/**
 * Takes the lock, at once where the holder has died on this boot, else where its time is over. Throws UserError with exit 9 where somebody
 * holds it.
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { store, self, signal } = options;
  // Somebody may release between our create and our read: then there is nothing to judge, and it is tried again.
  for (;;) {
    if (signal.aborted) throw new Interrupted();
    const created = await store.create(self, signal);
    if (created !== undefined) return hold(options, created, undefined);
    const held = await store.read(signal);
    if (held === undefined) continue;
    if (!(await isFree(held, options))) throw heldBy(held, options.now());
    const taken = await store.replace(self, held.version, signal);
    if (taken !== undefined) return hold(options, taken, held.record);
  }
}

async function isFree(held: HeldLock, { self, now }: LockOptions): Promise<boolean> {
  const holder = await judgeHolder(held.record, self.space);
  return holder === 'dead' || held.expiresAt <= now();
}

function heldBy({ record, expiresAt }: HeldLock, now: number): UserError {
  const seconds = Math.max(0, Math.ceil((expiresAt - now) / 1000));
  return new UserError(`${record.holder} is at work here since ${record.since} (process ${record.pid})`, {
    exitCode: EXIT.locked,
    next: [`wait until it has ended; if it died, the lock is free in ${seconds} s`],
  });
}

function hold({ store, self, now }: LockOptions, first: string, takenFrom: LockRecord | undefined): Lock {
  const lost = new AbortController();
  const unending = new AbortController().signal;
  let record = self;
  let version = first;
  let deadline = now() + LOCK_SECONDS * 1000;
  let queue: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    if (lost.signal.aborted) return;
    try {
      const next = await store.replace(record, version, unending);
      if (next === undefined)
        return lost.abort(new ExternalError('somebody else has taken the lock of this run', { exitCode: EXIT.locked }));
      version = next;
      deadline = now() + LOCK_SECONDS * 1000;
    } catch (error) {
      if (now() > deadline)
        lost.abort(new ExternalError('the lock could not be renewed in time', { exitCode: EXIT.locked, cause: error }));
    }
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
