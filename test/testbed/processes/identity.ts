import { readFile } from 'node:fs/promises';

/**
 * Identifies a process since this boot: `pid start-time`. On Linux the start time is in clock ticks since boot
 * (proc(5), field 22 of /proc/PID/stat). Other systems have `-` in its place, so only the pid identifies the process.
 */
export async function processIdentity(pid: number): Promise<string> {
  return `${pid} ${(await stat(pid))?.startTime ?? '-'}`;
}

/** True if the process of this `processIdentity` still runs. A zombie does not. */
export async function isSameProcess(identity: string): Promise<boolean> {
  const [pid = '', startTime = '-'] = identity.trim().split(' ');
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0) return false;
  try {
    process.kill(number, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await stat(number);
  if (now === undefined) return startTime === '-';
  return now.state !== 'Z' && (startTime === '-' || now.startTime === startTime);
}

async function stat(pid: number): Promise<{ state: string; startTime: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The second field is the command in parentheses. It may contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', startTime: fields[19] ?? '-' };
}
