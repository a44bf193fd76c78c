import { identify, isAlive } from '../../state/lock/process.ts';

/**
 * Identifies a process since this boot: `pid start-time`. The start time is in clock ticks since boot. A system that
 * does not report it has `-` in its place, so that only the pid identifies the process.
 */
export async function processIdentity(pid: number): Promise<string> {
  const startTime = (await identify(pid))?.startTime ?? '';
  return `${pid} ${startTime === '' ? '-' : startTime}`;
}

/** Returns true if the process of this `processIdentity` still runs. A zombie does not. */
export async function isSameProcess(identity: string): Promise<boolean> {
  const [pid = '', startTime = '-'] = identity.trim().split(' ');
  const number = Number(pid);
  if (!Number.isInteger(number) || number <= 0) return false;
  return isAlive({ pid: number, startTime: startTime === '-' ? '' : startTime });
}
