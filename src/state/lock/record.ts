import * as z from 'zod';
import { isAlive, type ProcessIdentity } from './process.ts';

const child = z.object({ program: z.string(), pid: z.int(), startTime: z.string() });

/**
 * Version of the lock's document. A reader uses the fields that it knows of a higher version: a holder that renews it
 * is alive.
 */
export const LOCK_VERSION = 1;

/**
 * Who holds a lock, and how to find out whether the holder is alive. Kind and version are missing in records of older
 * versions of difyctl.
 */
export const lockRecordSchema = z.object({
  kind: z.literal('Lock').default('Lock'),
  version: z.int().positive().default(LOCK_VERSION),
  /** `user@host` */
  holder: z.string(),
  /** Unique per run. Every program that the run starts has it in its environment (`RUN_VARIABLE`). */
  run: z.string(),
  since: z.string(),
  /** The scope of `pid`: `processSpace`. */
  space: z.string(),
  pid: z.int(),
  startTime: z.string(),
  children: z.array(child),
});
export type LockRecord = z.output<typeof lockRecordSchema>;
export type LockedChild = z.output<typeof child>;

/** Environment variable that identifies a run's children after the run itself has died. Its value is `ownMark`. */
export const RUN_VARIABLE = 'INSIDE_DIFYCTL';

/**
 * Seconds that a lock holds without being renewed. A holder that died on another machine blocks others no longer than
 * this.
 */
export const LOCK_SECONDS = 60;

/**
 * `dead`: its process ended on this boot. `elsewhere`: it is in another process space, where only waiting can show
 * whether it is alive.
 */
export type Holder = 'alive' | 'dead' | 'elsewhere';

/** Returns the state of a holder, seen from this process space. */
export async function lockHolderState(record: LockRecord, space: string): Promise<Holder> {
  if (record.space !== space) return 'elsewhere';
  const holder: ProcessIdentity = { pid: record.pid, startTime: record.startTime };
  // If either start time is unknown, the id may be another process's. It counts as alive, which only makes others wait.
  return (await isAlive(holder)) ? 'alive' : 'dead';
}
