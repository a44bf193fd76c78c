import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** `difyctl-SPACE-PID-START-RANDOM`: where process ids mean the same, and the process that made the folder. */
const NAME = /^difyctl-([0-9a-f]{8})-(\d+)-(\d*)-\w+$/;

let swept: Promise<void> | undefined;

/**
 * A new folder of this user alone (0700) in the system's place for temporary files. Its name tells the process that made it: folders that a killed run
 * left are removed by the next run, here.
 */
export async function makeTemporaryFolder(): Promise<string> {
  swept ??= removeLeftovers();
  await swept;
  const { pid } = process;
  return mkdtemp(join(tmpdir(), `difyctl-${await spaceName()}-${pid}-${(await startOf(pid)) ?? ''}-`));
}

/** Removes the temporary folders of this user's runs that have ended on this boot. What cannot be removed stays. */
export async function removeLeftovers(): Promise<void> {
  const parent = tmpdir();
  const own = await spaceName();
  for (const name of await readdir(parent).catch(() => [])) {
    const [, space, pid, start] = NAME.exec(name) ?? [];
    if (space !== own || (await isRunning(Number(pid), start ?? ''))) continue;
    const path = join(parent, name);
    const kind = await lstat(path).catch(() => undefined);
    // Another user may give a folder any name; a link is never followed.
    if (kind?.isDirectory() === true && kind.uid === process.getuid?.()) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Names this boot and this PID namespace: the same number is another process elsewhere, as in a container that shares the folder. */
async function spaceName(): Promise<string> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => hostname()),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return createHash('sha256').update(`${boot.trim()} ${namespace}`).digest('hex').slice(0, 8);
}

async function isRunning(pid: number, start: string): Promise<boolean> {
  if (process.platform === 'linux') return (await startOf(pid)) === start;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Clock ticks between boot and start (proc(5), field 22 of stat); undefined if no such process runs, or the system does not say. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The program's name stands in brackets and may hold anything, also brackets and blanks.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
