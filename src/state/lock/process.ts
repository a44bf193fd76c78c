import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process of this machine, distinguished from a later one with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and start (proc(5), field 22 of stat). Empty if the system does not say. */
  readonly startTime: string;
}

/**
 * Returns the scope in which process ids are unique: this boot of this kernel and this PID namespace (two containers
 * share a boot, not their processes). Without /proc it is the host name.
 */
export async function processSpace(): Promise<string> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return boot === '' ? `host ${hostname()}` : `${boot.trim()} ${namespace}`;
}

/** Returns the identity of a running process. Returns undefined if it does not run (a zombie has ended). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) {
    const fields = fieldsOf(stat);
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, startTime: fields[19] ?? '' };
  }
  return process.platform !== 'linux' && answers(pid) ? { pid, startTime: '' } : undefined;
}

/** Returns true if this process still runs. An unknown start time counts as equal. */
export async function isAlive({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const now = await identify(pid);
  return now !== undefined && (now.startTime === startTime || startTime === '' || now.startTime === '');
}

/** Returns true if this process still runs and its start time is known. */
export async function isSame({ pid, startTime }: ProcessIdentity): Promise<boolean> {
  const now = await identify(pid);
  return startTime !== '' && now?.startTime === startTime;
}

/** Returns the start time of this process. Empty if the system does not say. */
export function ownStartTime(): string {
  try {
    return fieldsOf(readFileSync('/proc/self/stat', 'utf8'))[19] ?? '';
  } catch {
    return '';
  }
}

/** Returns the processes of this user and PID namespace whose environment sets `name`, with its value. Linux only. */
export async function carrying(name: string): Promise<readonly (ProcessIdentity & { readonly value: string })[]> {
  const entries = await readdir('/proc').catch(() => []);
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  const found = await Promise.all(
    entries.map(async (entry) => {
      const pid = Number(entry);
      if (!/^\d+$/.test(entry) || pid <= 1 || pid === process.pid) return undefined;
      const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
      const value = environment.split('\0').find((variable) => variable.startsWith(`${name}=`));
      if (value === undefined || (await readlink(`/proc/${entry}/ns/pid`).catch(() => '')) !== space) return undefined;
      const identity = await identify(pid);
      return identity === undefined ? undefined : { ...identity, value: value.slice(name.length + 1) };
    }),
  );
  return found.filter((one) => one !== undefined);
}

/**
 * Returns the fields of stat after the program's name, which is in brackets and may hold any character, also brackets
 * and blanks.
 */
function fieldsOf(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
