import { readdir, readFile, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { execa } from 'execa';

import { isSameProcess, processIdentity } from '../../../src/rehearsal/processes/identity.ts';

const CGROUPS = '/sys/fs/cgroup';
const END_MS = 20_000;
const POLL_MS = 50;

/** Sends SIGTERM to a process, and SIGKILL if it still runs after 20 s. */
export async function endRunning(identity: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isSameProcess(identity))) return;
    signalPid(Number(identity.split(' ')[0]), signal);
    const end = performance.now() + END_MS;
    while (performance.now() < end && (await isSameProcess(identity))) await delay(POLL_MS);
  }
}

/** Kills the processes with such an argument: dockerd by its folder, containerd and its shims by their socket. */
export async function endProcesses(isTheirs: (argument: string) => boolean): Promise<void> {
  for (const pid of await pids()) {
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (pid === process.pid || !args.some(isTheirs)) continue;
    await kill(pid);
  }
}

async function pids(): Promise<number[]> {
  return (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
}

async function kill(pid: number): Promise<void> {
  const identity = await processIdentity(pid);
  signalPid(pid, 'SIGKILL');
  const end = performance.now() + END_MS;
  while (performance.now() < end && (await isSameProcess(identity))) await delay(POLL_MS);
}

function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills all processes in a control group or below it, under every controller. */
export async function endGroup(group: string): Promise<void> {
  for (const folder of await groupFolders(group)) {
    const members = await readFile(path.join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const pid of members.split('\n').filter((line) => line !== '')) await kill(Number(pid));
  }
}

/** Removes a control group and those below it, under every controller. */
export async function removeControlGroups(group: string): Promise<void> {
  const folders = await groupFolders(group);
  // A group can only be removed after its subgroups, so the longest paths are first.
  for (const folder of folders.sort((a, b) => b.length - a.length)) await rmdir(folder).catch(() => undefined);
}

async function groupFolders(group: string): Promise<string[]> {
  const controllers = await readdir(CGROUPS).catch(() => []);
  const tops = [path.join(CGROUPS, group), ...controllers.map((name) => path.join(CGROUPS, name, group))];
  const found: string[] = [];
  for (const top of tops) {
    const below = await readdir(top, { recursive: true, withFileTypes: true }).catch(() => undefined);
    if (below === undefined) continue;
    const folders = below.filter((entry) => entry.isDirectory());
    found.push(top, ...folders.map((entry) => path.join(entry.parentPath, entry.name)));
  }
  return found;
}

/** Unmounts everything on a folder or below it, the deepest first. */
export async function unmountTree(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((target) => target === folder || target.startsWith(`${folder}/`)).reverse()) {
    await execa('umount', ['--lazy', mount], { stdin: 'ignore', reject: false });
  }
}
