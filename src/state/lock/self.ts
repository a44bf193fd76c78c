import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { identify, processSpace } from './process.ts';
import type { LockRecord } from './record.ts';

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

/** This process as the holder of a lock. */
export async function ownRecord(run: string, now: Date): Promise<LockRecord> {
  const [space, self] = await Promise.all([processSpace(), identify(process.pid)]);
  const { pid, startTime } = self ?? { pid: process.pid, startTime: '' };
  return { holder: whoAmI(), run, since: now.toISOString(), space, pid, startTime, children: [] };
}
