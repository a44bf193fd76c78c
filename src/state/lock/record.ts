import * as z from 'zod';
import { isAlive, type ProcessIdentity } from './process.ts';

const child = z.object({ program: z.string(), pid: z.int(), startTime: z.string() });

/** Version of the lock's document. A reader takes what it knows of a higher one: whoever renews it lives. */
export const LOCK_VERSION = 1;

/** Who holds a lock, and how to tell whether they still live. Kind and version are absent where a difyctl before them wrote it. */
export const lockRecordSchema = z.object({
  kind: z.literal('Lock').default('Lock'),
  version: z.int().positive().default(LOCK_VERSION),
  /** `user@host` */
  holder: z.string(),
  /** Unique per run; every program that the run starts carries it in its environment (`RUN_VARIABLE`). */
  run: z.string(),
  since: z.string(),
  /** Within which `pid` means anything: `processSpace`. */
  space: z.string(),
  pid: z.int(),
  startTime: z.string(),
  children: z.array(child),
});
export type LockRecord = z.output<typeof lockRecordSchema>;
export type LockedChild = z.output<typeof child>;

/** Environment variable by which a run's children are known when the run itself has died; its value is `ownMark`. */
export const RUN_VARIABLE = 'INSIDE_DIFYCTL';

/** How long a lock holds without being renewed. A holder that died elsewhere blocks others no longer than this. */
export const LOCK_SECONDS = 60;

/** `dead`: its process ended on this very boot. `elsewhere`: from here only the time can tell. */
export type Holder = 'alive' | 'dead' | 'elsewhere';

/** Judges a holder from this process space. */
export async function lockHolderState(record: LockRecord, space: string): Promise<Holder> {
  if (record.space !== space) return 'elsewhere';
  const holder: ProcessIdentity = { pid: record.pid, startTime: record.startTime };
  // Where either start time is not known, the number alone may be another process: it counts as alive, which only makes others wait.
  return (await isAlive(holder)) ? 'alive' : 'dead';
}
