import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import type { BackupScene } from './backup-fixture.ts';
import { told } from './compose-fixture.ts';
import { leftRunning, type Outcome } from './difyctl.ts';
import { type Held, isThere } from './recorder.ts';

/** A moment of a run: the call of a program at which the run is killed. */
export interface Moment {
  /** The command line as an extended regular expression: `^restic backup .*part=objects`. */
  readonly call: string;
  /** Default: before the program starts. Folders are relative to the workspace. */
  readonly when?: Held;
  /** A call that this one makes, at which the run is killed in its place. */
  readonly inner?: string;
}

/** A moment with its words, which follow `killed`. */
export type NamedMoment = readonly [words: string, moment: Moment];

/**
 * Starts difyctl and kills it at the moment with all its programs, as the end of a container or of a systemd service
 * does. Every program is a process group of its own, so that difyctl is alone in its own.
 */
export async function killAt(
  scene: BackupScene,
  { call, when, inner }: Moment,
  ...args: readonly string[]
): Promise<void> {
  const { recorder, place, quiet, at } = scene;
  const held = await recorder.hold(call, typeof when === 'object' ? { fills: at(when.fills) } : when);
  try {
    const run = await place.start(...args);
    await run.until(held.pid);
    if (inner !== undefined) {
      await held.passTo(inner);
      await run.until(held.pid);
    }
    const programs = (await leftRunning(recorder.folder)).map((line) => Number.parseInt(line, 10));
    run.kill('SIGKILL');
    for (const pid of programs) kill(pid);
    const ended = await run.outcome;
    expect(ended.code, told(ended)).toBeUndefined();
  } finally {
    await held.release();
    await quiet();
  }
}

/** Sends SIGKILL. A program that ends meanwhile is no error. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs difyctl to its end, which must be a success that leaves nothing of itself or of a killed run. */
export async function complete(scene: BackupScene, ...args: readonly string[]): Promise<Outcome> {
  const ended = await scene.place.run(...args);
  expect(ended.code, told(ended)).toBe(0);
  expect(await leftovers(scene)).toEqual([]);
  return ended;
}

/** What a run that has ended must not leave: programs, locks, temporary files and scratch databases. */
async function leftovers({ recorder, at, temporary, databases }: BackupScene): Promise<readonly string[]> {
  const lock = at('dify/.difyctl/lock.json');
  return [
    ...(await leftRunning(recorder.folder)),
    ...((await isThere(lock)) ? [lock] : []),
    // A restic that was killed while it wrote a lock leaves a temporary file, which restic does not read.
    ...(await namesIn(at('repository/locks'))).filter((name) => !name.includes('-tmp-')),
    ...(await namesIn(temporary)),
    ...(await databases()).filter((name) => name.startsWith('difyctl_')),
  ];
}

/** Names of the entries of a folder. Empty if it does not exist. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).toSorted();
}

/** What `backup list` shows. */
export interface Listed {
  /** Ids of the complete sets, oldest first. */
  readonly sets: readonly string[];
  /** Ids of the incomplete ones, sorted. */
  readonly partial: readonly string[];
}

/** Lists the sets. Each one that is listed as complete must have all its parts. */
export async function listed({ place }: BackupScene, ...options: readonly string[]): Promise<Listed> {
  const ended = await place.run('backup', 'list', '-o', 'json', ...options);
  expect(ended.code, told(ended)).toBe(0);
  const { sets, partial, unreadable, unknown } = JSON.parse(ended.stdout) as {
    readonly sets: readonly { readonly set: string; readonly faults: readonly string[] }[];
    readonly partial: readonly string[];
    readonly unreadable: readonly unknown[];
    readonly unknown: readonly unknown[];
  };
  expect([unreadable, unknown, sets.flatMap(({ faults }) => faults)]).toEqual([[], [], []]);
  return { sets: sets.map(({ set }) => set), partial: partial.toSorted() };
}
