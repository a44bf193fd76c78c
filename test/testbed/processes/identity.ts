import { readFile } from 'node:fs/promises';

/**
 * What tells one process from every other of this boot: `pid start-time`. Linux gives the start time in clock ticks
 * since boot (proc(5), field 22 of /proc/PID/stat); elsewhere it is left out and the pid alone must do.
 */
export async function processIdentity(pid: number): Promise<string> {
  return `${pid} ${(await stat(pid))?.startTime ?? '-'}`;
}

/** Whether the process that `processIdentity` described still runs (a zombie does not). */
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
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '?', startTime: fields[19] ?? '-' };
}
