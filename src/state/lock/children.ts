import { setTimeout as sleep } from 'node:timers/promises';
import { carrying, isSame, type ProcessIdentity, processSpace } from './process.ts';
import { type LockRecord, RUN_VARIABLE } from './record.ts';

/** Milliseconds. On SIGTERM helm marks its release failed, which needs one or two calls to the API server. */
const GRACE_MS = 30_000;
const POLL_MS = 100;

/**
 * Ends the programs that a dead run started and that still run on this machine: SIGTERM, then SIGKILL after 30 s.
 * Returns one line for each program that ended.
 *
 * The lock's content is not trusted, because others may write it. A program is ended only if it runs on this boot, its
 * own environment carries the mark of that run (`ownMark`), the process that the mark names has died, and its start
 * time is known and does not change. On another machine, or on a system without /proc, no program is ended.
 */
export async function endChildren(dead: LockRecord, signal: AbortSignal): Promise<readonly string[]> {
  if (dead.run === '' || dead.space !== (await processSpace())) return [];
  const marked = await carrying(RUN_VARIABLE);
  const orphans = await Promise.all(
    marked.map(async (one) => ((await isOrphanOf(dead.run, one.value)) && (await isSame(one)) ? [one] : [])),
  );
  const alive = orphans.flat();
  for (const one of alive) await tell(one, 'SIGTERM');
  const stubborn = await outlast(alive, GRACE_MS, signal);
  for (const one of stubborn) await tell(one, 'SIGKILL');
  await outlast(stubborn, GRACE_MS, signal);
  return alive.map(({ pid }) => {
    const program = dead.children.find((child) => child.pid === pid)?.program ?? 'a program';
    return `${program} (process ${pid}) of the crashed run was stopped`;
  });
}

/** Returns true if the mark is that run's and the run's process has died. */
async function isOrphanOf(run: string, mark: string): Promise<boolean> {
  const [markedRun, pid = '', startTime = ''] = mark.split(' ');
  if (markedRun !== run || startTime === '' || !/^[1-9]\d*$/.test(pid)) return false;
  return !(await isSame({ pid: Number(pid), startTime }));
}

async function living(processes: readonly ProcessIdentity[]): Promise<readonly ProcessIdentity[]> {
  const alive = await Promise.all(processes.map(isSame));
  return processes.filter((_, index) => alive[index]);
}

/** Waits until the processes have ended. Returns those that still run after `limitMs`. */
async function outlast(
  processes: readonly ProcessIdentity[],
  limitMs: number,
  signal: AbortSignal,
): Promise<readonly ProcessIdentity[]> {
  const until = performance.now() + limitMs;
  let left = await living(processes);
  while (left.length > 0 && performance.now() < until) {
    await sleep(POLL_MS, undefined, { signal });
    left = await living(left);
  }
  return left;
}

async function tell(process_: ProcessIdentity, what: NodeJS.Signals): Promise<void> {
  if (!(await isSame(process_))) return;
  try {
    process.kill(process_.pid, what);
  } catch {
    // The process has already ended.
  }
}
