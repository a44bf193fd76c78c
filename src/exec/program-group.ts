import type { ChildProcess } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { longestTimer } from '../base/time-limit.ts';

/** How long a killed program may stay in a system call that nothing ends (a hanging network file system) before nobody waits for it. */
const GIVE_UP_MS = 1_000;
/** A pipe that a program left behind to a program of its own is let go after so many quiet looks. */
const QUIET_LOOKS = 10;
const LOOK_MS = 100;

/** The programs that run now, by the process id of each, which is the id of its group too. */
const running = new Set<number>();

/** Asks every program that still runs to end, with all that it started. For the end of this process. */
export function endPrograms(): void {
  for (const pid of running) tell(pid, 'SIGTERM');
}

/** True while a program runs that this process started. */
export function isProgramRunning(): boolean {
  return running.size > 0;
}

/** What is needed of a child that leads a process group of its own (`detached`). */
type Leader = Pick<ChildProcess, 'once' | 'stdin' | 'stdout' | 'stderr'> & { readonly pid?: number | undefined };

export interface GroupLimits {
  /** Milliseconds that the program may run. */
  readonly timeoutMs: number;
  /** Milliseconds between asking it to end and killing it. */
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A started program and everything it started in turn, seen as one. */
export interface ProgramGroup {
  /** What ended it, if it did not end by itself: its time limit, or a caller that wants no more of it. */
  endedBy(): 'limit' | 'caller' | undefined;
  /** Ends the group as a caller's abort does. */
  end(): void;
  /** Resolves if the program stays although it was killed; else never. */
  readonly stuck: Promise<void>;
  /** Takes timers and listeners away; for when the program is over. */
  settle(): void;
}

/**
 * Watches over a program that leads a process group. Its limit, or an abort of `signal`, ends the whole group: SIGTERM to all, then SIGKILL as soon as
 * the program itself has ended, and at the latest after `graceMs`. Nobody waits for a pipe that a program of the program still holds: a credential
 * plugin that hangs would keep its reader waiting as long as it lives.
 */
export function watchGroup(child: Leader, { timeoutMs, graceMs, signal }: GroupLimits): ProgramGroup {
  const { pid } = child;
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, act: () => void) => timers.add(setTimeout(act, longestTimer(ms)));
  let giveUp: () => void = () => undefined;
  const stuck = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const kill = (): void => {
    tell(pid, 'SIGKILL');
    letGo(child);
  };
  let endedBy: 'limit' | 'caller' | undefined;
  const end = (by: 'limit' | 'caller'): void => {
    if (endedBy !== undefined) return;
    endedBy = by;
    tell(pid, 'SIGTERM');
    after(graceMs, () => {
      kill();
      after(GIVE_UP_MS, giveUp);
    });
  };
  const abort = (): void => end('caller');
  if (pid !== undefined) running.add(pid);
  after(timeoutMs, () => end('limit'));
  if (signal !== undefined) {
    // Many programs of a run heed one signal; Node would take so many for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', abort, { once: true });
  }
  child.once('exit', () => {
    if (pid !== undefined) running.delete(pid);
    if (endedBy === undefined) letGoOnceQuiet(child, after);
    else kill();
  });
  return {
    endedBy: () => endedBy,
    end: abort,
    stuck,
    settle: () => {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** Closes our ends of the pipes, so that whoever reads them comes to an end. */
function letGo({ stdin, stdout, stderr }: Leader): void {
  for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
}

/** Reads what an ended program has written, and then lets go of pipes that a program it left behind keeps open. */
function letGoOnceQuiet(child: Leader, after: (ms: number, act: () => void) => void): void {
  let quiet = 0;
  let seen = -1;
  const look = (): void => {
    const read = bytesRead(child);
    quiet = read === seen ? quiet + 1 : 0;
    seen = read;
    if (quiet >= QUIET_LOOKS) letGo(child);
    // What has arrived meanwhile is read before the next look, however long this process was busy.
    else setImmediate(() => after(LOOK_MS, look));
  };
  look();
}

/** Counts what was taken from the pipes; what waits to be taken makes every look a new one. */
function bytesRead({ stdout, stderr }: Leader): number {
  const pipes = [stdout, stderr].filter((pipe) => pipe !== null);
  if (pipes.some(({ readableLength }) => readableLength > 0)) return Number.NaN;
  return pipes.reduce((sum, pipe) => sum + ('bytesRead' in pipe ? Number(pipe.bytesRead) : 0), 0);
}

function tell(pid: number | undefined, what: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, what);
  } catch {
    // All of the group have ended.
  }
}

process.once('exit', endPrograms);
