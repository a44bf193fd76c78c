import { setTimeout as sleep } from 'node:timers/promises';
import { carrying, isAlive, type ProcessIdentity, processSpace } from './process.ts';
import { type LockRecord, RUN_VARIABLE } from './record.ts';

/** helm marks its release failed when it is asked to stop, which takes it a call or two to the API server. */
const GRACE_MS = 30_000;
const POLL_MS = 100;

/**
 * Ends what a dead run started and left running on this machine: asked first, killed after half a minute. Says which programs ended. Children
 * that were noted in the lock and those that carry the run's mark are meant; on another machine there is nothing to be seen.
 */
export async function endChildren(dead: LockRecord, signal: AbortSignal): Promise<readonly string[]> {
  if (dead.space !== (await processSpace())) return [];
  const marked = await carrying(RUN_VARIABLE, dead.run);
  const noted = dead.children.filter(({ pid }) => !marked.some((one) => one.pid === pid));
  const alive = await living([...marked, ...noted]);
  for (const { pid } of alive) tell(pid, 'SIGTERM');
  const stubborn = await outlast(alive, GRACE_MS, signal);
  for (const { pid } of stubborn) tell(pid, 'SIGKILL');
  await outlast(stubborn, GRACE_MS, signal);
  return alive.map(({ pid }) => {
    const program = dead.children.find((child) => child.pid === pid)?.program ?? 'a program';
    return `${program} (process ${pid}) of the dead run was ended`;
  });
}

async function living(processes: readonly ProcessIdentity[]): Promise<readonly ProcessIdentity[]> {
  const alive = await Promise.all(processes.map(isAlive));
  return processes.filter((_, index) => alive[index]);
}

/** Waits until they have ended; those that have not within the time. */
async function outlast(
  processes: readonly ProcessIdentity[],
  limitMs: number,
  signal: AbortSignal,
): Promise<readonly ProcessIdentity[]> {
  const until = Date.now() + limitMs;
  let left = await living(processes);
  while (left.length > 0 && Date.now() < until) {
    await sleep(POLL_MS, undefined, { signal });
    left = await living(left);
  }
  return left;
}

function tell(pid: number, what: NodeJS.Signals): void {
  try {
    process.kill(pid, what);
  } catch {
    // It has ended meanwhile, which is what was wanted.
  }
}
