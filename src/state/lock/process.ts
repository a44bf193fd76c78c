import { readdir, readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process of this machine, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and start (proc(5), field 22 of stat); empty where the system does not say. */
  readonly startTime: string;
}

/**
 * Within which process numbers mean the same: this boot of this kernel and this PID namespace (two containers share a boot, not their
 * processes). Without /proc the host's name has to do.
 */
export async function processSpace(): Promise<string> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return boot === '' ? `host ${hostname()}` : `${boot.trim()} ${namespace}`;
}

/** The identity of a process that runs; undefined where it does not (a zombie has ended). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) {
    // The program's name stands in brackets and may hold anything, also brackets and blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTime: fields[19] ?? '' };
  }
  return process.platform !== 'linux' && answers(pid) ? { pid, startTime: '' } : undefined;
}

/** True where that very process still runs. */
export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const now = await identify(pid);
  return now !== undefined && (now.startTime === startTime || startTime === '' || now.startTime === '');
}

/** Processes whose environment carries `NAME=value`: those that a run started, whoever their parent is now. Linux only. */
export async function carrying(name: string, value: string): Promise<readonly ProcessIdentity[]> {
  const entries = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return undefined;
      const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(`${name}=${value}`) ? identify(Number(entry)) : undefined;
    }),
  );
  return found.filter((one) => one !== undefined);
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
