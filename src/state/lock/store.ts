import type { LockRecord } from './record.ts';

/** What is there when somebody holds the lock. */
export interface HeldLock {
  readonly record: LockRecord;
  /** Milliseconds for which one has to see it unchanged before it may be taken: no two clocks are compared. */
  readonly durationMs: number;
  /** Names this very state and changes whenever it is renewed, so that two who take over at once do not both succeed. */
  readonly version: string;
}

/** A place for one lock that all who could write can see. Each call may throw ExternalError. */
export interface LockStore {
  read(signal: AbortSignal): Promise<HeldLock | undefined>;
  /** The version made, or undefined where somebody else has it. */
  create(record: LockRecord, signal: AbortSignal): Promise<string | undefined>;
  /** Renews or takes over; undefined where it is no longer at `version`. */
  replace(record: LockRecord, version: string, signal: AbortSignal): Promise<string | undefined>;
  /** Removes the lock at `version`; one that somebody else took meanwhile stays. */
  remove(version: string, signal: AbortSignal): Promise<void>;
}
