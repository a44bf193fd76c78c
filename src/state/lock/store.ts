import type { LockRecord } from './record.ts';

/** A lock that is held. */
export interface HeldLock {
  readonly record: LockRecord;
  /** Milliseconds that the lock must stay unchanged before another run may take it over. No two clocks are compared. */
  readonly durationMs: number;
  /** Identifies this state of the lock and changes with each renewal, so that two runs cannot both take it over. */
  readonly version: string;
}

/** Stores one lock where all possible writers can see it. Each call may throw ExternalError. */
export interface LockStore {
  read(signal: AbortSignal): Promise<HeldLock | undefined>;
  /** Returns the new version. Returns undefined if another run holds the lock. */
  create(record: LockRecord, signal: AbortSignal): Promise<string | undefined>;
  /** Renews or takes over. Returns undefined if the lock is no longer at `version`. */
  replace(record: LockRecord, version: string, signal: AbortSignal): Promise<string | undefined>;
  /** Removes the lock at `version`. Keeps a lock that another run took meanwhile. */
  remove(version: string, signal: AbortSignal): Promise<void>;
}
