import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/**
 * `difyctl-SPACE-PID-START-RANDOM`: the space in which process ids are unique, and the process that created the folder.
 */
const NAME = /^difyctl-([0-9a-f]{8})-(\d+)-(\d*)-\w+$/;

let swept: Promise<void> | undefined;
/** The name of this process' folders, without its random end. */
let prefix: Promise<string> | undefined;

/**
 * Creates a folder of this user alone (0700) in the system's folder for temporary files, and returns its path. Its name
 * identifies the process that created it. The first call of a run removes the folders that killed runs left.
 */
export async function makeTemporaryFolder(): Promise<string> {
  swept ??= removeLeftovers();
  await swept;
  // A program waits for its folder: to ask the kernel again would cost it a dozen turns of the event loop.
  prefix ??= ownPrefix();
  return mkdtemp(join(tmpdir(), await prefix));
}

async function ownPrefix(): Promise<string> {
  const { pid } = process;
  const [space, start] = await Promise.all([spaceName(), startOf(pid)]);
  return `difyctl-${space}-${pid}-${start ?? ''}-`;
}

/**
 * Removes the temporary folders of this user's runs of this boot that have ended. Skips folders that cannot be removed.
 */
export async function removeLeftovers(): Promise<void> {
  const parent = tmpdir();
  const own = await spaceName();
  for (const name of await readdir(parent).catch(() => [])) {
    const [, space, pid, start] = NAME.exec(name) ?? [];
    if (space !== own || (await isRunning(Number(pid), start ?? ''))) continue;
    const path = join(parent, name);
    const kind = await lstat(path).catch(() => undefined);
    // Another user may give a folder any name. A link is never followed.
    if (kind?.isDirectory() === true && kind.uid === process.getuid?.()) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/**
 * Returns a digest of this boot and this PID namespace. The same number is another process elsewhere, for example in a
 * container that shares the folder.
 */
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

/**
 * Returns the clock ticks between boot and start of a process (proc(5), field 22 of stat). Returns undefined if no such
 * process runs, or the system has no /proc.
 */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The program's name is in brackets and may hold any character, also brackets and blanks.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
