import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { isSameProcess, processIdentity } from './identity.ts';

/** A long-running program of a control plane. It keeps running after the process that started it. */
export interface Daemon {
  readonly name: string;
  /** The result of `processIdentity`, so that a reused pid is never signalled. */
  readonly identity: string;
}

export interface DaemonSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** The file of its output. */
  readonly log: string;
  /** The folder of the control plane. It marks the process, so that an unrecorded one can be found. */
  readonly folder: string;
  /** Variables besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
}

const MARK = 'DIFYCTL_PLANE_FOLDER';

/** Starts a program in its own process group. */
export async function startDaemon(spec: DaemonSpec): Promise<Daemon> {
  const log = await open(spec.log, 'a', 0o600);
  try {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...spec.env, [MARK]: spec.folder };
    const stdio = ['ignore', log.fd, log.fd] as const;
    const child = spawn(spec.file, spec.args, { env, cwd: spec.folder, detached: true, stdio: [...stdio] });
    await once(child, 'spawn');
    child.unref();
    return { name: spec.name, identity: await processIdentity(child.pid ?? 0) };
  } finally {
    await log.close();
  }
}

/** The last lines of a daemon's log, for the message that explains why it did not start. */
export async function logTail(file: string, lines = 8): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines);
}

const GONE_WITHIN_MS = 10_000;

/**
 * Kills the daemons with their process groups and waits until they have ended. Uses SIGKILL immediately, because their
 * data is removed with the control plane. Throws Error if one still runs after 10 s.
 */
export async function killDaemons(daemons: readonly Daemon[]): Promise<void> {
  const running = [];
  for (const daemon of daemons) {
    if (!(await isSameProcess(daemon.identity))) continue;
    running.push(daemon);
    const pid = Number(daemon.identity.split(' ')[0]);
    for (const target of [-pid, pid]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }
  const until = Date.now() + GONE_WITHIN_MS;
  for (const daemon of running) {
    while (await isSameProcess(daemon.identity)) {
      if (Date.now() > until) throw new Error(`${daemon.name} (pid ${daemon.identity}) does not end`);
      await delay(20);
    }
  }
}

/**
 * Processes with the folder's mark, recorded or not: an interrupted start may have started one without recording it.
 */
export async function findMarked(folder: string): Promise<Daemon[]> {
  const found: Daemon[] = [];
  const pids = (await readdir('/proc').catch(() => [])).filter((entry) => /^\d+$/.test(entry));
  for (const pid of pids) {
    const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environ.split('\0').includes(`${MARK}=${folder}`)) continue;
    found.push({ name: `process ${pid}`, identity: await processIdentity(Number(pid)) });
  }
  return found;
}
