import type { ChildProcess } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { longestTimer } from '../base/time-limit.ts';

/**
 * Milliseconds to wait for a killed program that hangs in a system call (a network file system that does not answer).
 */
const GIVE_UP_MS = 1_000;
/** A pipe that a child of an ended program keeps open is closed after this many polls without new output. */
const QUIET_LOOKS = 10;
const LOOK_MS = 100;

/** Process ids of the programs that run now. Each is also the id of its process group. */
const running = new Set<number>();

/** Sends SIGTERM to every program that still runs, and to all that it started. Call it when this process ends. */
export function endPrograms(): void {
  for (const pid of running) tell(pid, 'SIGTERM');
}

/** Returns true while a program runs that this process started. */
export function isProgramRunning(): boolean {
  return running.size > 0;
}

/** The members used of a child process that leads its own process group (`detached`). */
type Leader = Pick<ChildProcess, 'once' | 'stdin' | 'stdout' | 'stderr'> & { readonly pid?: number | undefined };

export interface GroupLimits {
  /** Time limit of the program in ms. */
  readonly timeoutMs: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A started program with all programs that it started. */
export interface ProgramGroup {
  /** Why the program was ended: its time limit, or the caller. Undefined if it was not ended by this process. */
  endedBy(): 'limit' | 'caller' | undefined;
  /** Ends the group as an abort of the caller's signal does. */
  end(): void;
  /** Resolves if the program still exists after SIGKILL; otherwise never. */
  readonly stuck: Promise<void>;
  /** Removes timers and listeners. Call it when the program has ended. */
  settle(): void;
}

/**
 * Supervises a program that leads a process group. Its time limit, or an abort of `signal`, ends the whole group:
 * SIGTERM to all, then SIGKILL as soon as the program itself has ended, and at the latest after `graceMs`. Does not
 * wait for a pipe that a child of the program still holds: a credential plugin that hangs would otherwise keep the
 * reader waiting.
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
    // Many programs of a run listen to one signal; Node would report that as a leak.
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

/** Closes this process's ends of the pipes, so that their readers end. */
function letGo({ stdin, stdout, stderr }: Leader): void {
  for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
}

/** Reads the remaining output of an ended program, then closes pipes that a child of it keeps open. */
function letGoOnceQuiet(child: Leader, after: (ms: number, act: () => void) => void): void {
  let quiet = 0;
  let seen = -1;
  const look = (): void => {
    const read = bytesRead(child);
    quiet = read === seen ? quiet + 1 : 0;
    seen = read;
    if (quiet >= QUIET_LOOKS) letGo(child);
    // Output that has arrived meanwhile is read before the next poll, however long this process was busy.
    else setImmediate(() => after(LOOK_MS, look));
  };
  look();
}

/**
 * Returns the bytes read from the pipes. Returns NaN while unread output waits, so that the poll is not counted as
 * quiet.
 */
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
    // The whole group has ended.
  }
}

process.once('exit', endPrograms);
