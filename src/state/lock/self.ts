import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { identify, ownStartTime, processSpace } from './process.ts';
import { LOCK_VERSION, type LockRecord } from './record.ts';

/** `user@host`, as locks and revisions name who did it. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

/** A user id without an account (a container's) has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? '?'}`;
  }
}

/** A name for this run, unique everywhere. */
export function newRunId(): string {
  return randomUUID();
}

/**
 * What every program of this run carries in `RUN_VARIABLE`: the run and the process that runs it. Whoever finds such a program can tell from it alone,
 * without a word from the cluster, whether its run has died.
 */
export function ownMark(run: string): string {
  return `${run} ${process.pid} ${ownStartTime()}`;
}

/** This process as the holder of a lock. */
export async function ownRecord(run: string, now: Date): Promise<LockRecord> {
  const [space, self] = await Promise.all([processSpace(), identify(process.pid)]);
  const { pid, startTime } = self ?? { pid: process.pid, startTime: '' };
  const document = { kind: 'Lock', version: LOCK_VERSION } as const;
  return { ...document, holder: whoAmI(), run, since: now.toISOString(), space, pid, startTime, children: [] };
}
