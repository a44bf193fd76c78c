import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { identify, ownStartTime, processSpace } from './process.ts';
import { LOCK_VERSION, type LockRecord } from './record.ts';

/** Returns `user@host`, as in locks and revisions. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

/** A user id without an account (in a container) has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? '?'}`;
  }
}

/** Returns a globally unique id for this run. */
export function newRunId(): string {
  return randomUUID();
}

/**
 * Returns the value of `RUN_VARIABLE` for every program of this run: the run and its process. It shows, without the
 * cluster, whether the run of such a program has died.
 */
export function ownMark(run: string): string {
  return `${run} ${process.pid} ${ownStartTime()}`;
}

/** Returns the lock record of this process. */
export async function ownRecord(run: string, now: Date): Promise<LockRecord> {
  const [space, self] = await Promise.all([processSpace(), identify(process.pid)]);
  const { pid, startTime } = self ?? { pid: process.pid, startTime: '' };
  const document = { kind: 'Lock', version: LOCK_VERSION } as const;
  return { ...document, holder: whoAmI(), run, since: now.toISOString(), space, pid, startTime, children: [] };
}
