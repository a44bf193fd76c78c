import { type Calendar, calendarWithin } from '../base/calendar.ts';
import { durationSeconds } from '../base/duration.ts';
import type { Deployment } from './schema/deployment.ts';

/** Work on backups that the deployment itself runs: a CronJob on Kubernetes, a timer of systemd for Compose. */
export interface ScheduledWork {
  readonly name: ScheduledName;
  /** The words of the command after `difyctl`. */
  readonly command: readonly string[];
  readonly calendar: Calendar;
  /** The longest time between two starts, in seconds. */
  readonly gap: number;
}

export type ScheduledName = 'backup' | 'verify' | 'prune' | 'drill';

const COMMANDS: Readonly<Record<ScheduledName, readonly string[]>> = {
  backup: ['backup'],
  verify: ['backup', 'verify'],
  prune: ['backup', 'prune', '--yes'],
  drill: ['drill'],
};

/** A verification reads a seventh of the data each day; a daily prune leaves the sets of one day. */
const DAILY = 86_400;
/**
 * Offsets between the starts of the works, in quarters of a day and of an hour: a verification and a prune lock the
 * repository for others.
 */
const APART: Readonly<Record<ScheduledName, number>> = { backup: 0, verify: 1, prune: 2, drill: 3 };

/**
 * Returns the scheduled work of a deployment; none if `recovery.backup.interval` is not set. A drill of a bundled
 * PostgreSQL needs Docker, which a pod does not have, and a set without a dump cannot be drilled.
 */
export function scheduledWork(deployment: Deployment): readonly ScheduledWork[] {
  const { recovery, postgres, target } = deployment;
  const interval = recovery?.backup?.interval;
  if (interval === undefined) return [];
  const hasDumps = recovery?.backup?.postgres !== 'managed';
  const isDrilled = hasDumps && (postgres.mode === 'external' || target.type === 'compose');
  const drills = isDrilled ? recovery?.drills?.interval : undefined;
  return [
    work(deployment, 'backup', durationSeconds(interval)),
    work(deployment, 'verify', DAILY),
    work(deployment, 'prune', DAILY),
    ...(drills === undefined ? [] : [work(deployment, 'drill', durationSeconds(drills))]),
  ];
}

function work({ name, target }: Deployment, which: ScheduledName, seconds: number): ScheduledWork {
  const place = target.type === 'kubernetes' ? `${target.namespace}/${name}` : name;
  const { calendar, gap } = calendarWithin(Math.max(seconds, which === 'drill' ? DAILY : 0), place);
  return { name: which, command: COMMANDS[which], calendar: later(calendar, APART[which]), gap };
}

function later({ minutes, hours, ...days }: Calendar, quarters: number): Calendar {
  const moved = (values: readonly number[], by: number, below: number): readonly number[] =>
    values.map((value) => (value + by) % below).toSorted((a, b) => a - b);
  const clock = moved(minutes, quarters * 15, 60);
  return { ...days, minutes: clock, ...(hours === undefined ? {} : { hours: moved(hours, quarters * 6, 24) }) };
}
