import { createHash } from 'node:crypto';

/** Recurring times in UTC. An absent field means every value of it. */
export interface Calendar {
  readonly minutes: readonly number[];
  readonly hours?: readonly number[];
  /** Days of the month, 1 to 28. */
  readonly days?: readonly number[];
  /** 1 to 12. */
  readonly months?: readonly number[];
  /** 0 is Sunday. */
  readonly weekday?: number;
}

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
/** Steps that divide an hour, and that divide a day. Other steps would leave a shorter last step. */
const MINUTES = [5, 10, 15, 20, 30] as const;
const HOURS = [1, 2, 3, 4, 6, 8, 12] as const;
/** Steps in months, each with the longest gap between two of its times, in days. */
const MONTHS = [
  [1, 31],
  [2, 62],
  [3, 92],
  [6, 184],
  [12, 366],
] as const;

/** A kind of calendar: the longest gap between two of its times in seconds, and its times for a seed. */
interface Step {
  readonly gap: number;
  readonly at: (seed: Seed) => Calendar;
}

/** Returns a number from 0 to below `below` that depends only on a name. */
type Seed = (what: string, below: number) => number;

const STEPS: readonly Step[] = [
  ...MINUTES.map((step) => ({
    gap: step * MINUTE,
    at: (seed: Seed) => ({ minutes: every(step, 60, seed('minute', step)) }),
  })),
  ...HOURS.map((step) => ({
    gap: step * HOUR,
    at: (seed: Seed) => ({ ...minute(seed), ...(step === 1 ? {} : { hours: every(step, 24, seed('hour', step)) }) }),
  })),
  { gap: DAY, at: daily },
  { gap: 7 * DAY, at: (seed) => ({ ...daily(seed), weekday: seed('weekday', 7) }) },
  // From the later day of a month with 31 days to the earlier one of the next month: 17 days.
  { gap: 17 * DAY, at: (seed) => ({ ...daily(seed), days: every(14, 28, seed('day', 14)).map((day) => day + 1) }) },
  ...MONTHS.map(([step, days]) => ({
    gap: days * DAY,
    at: (seed: Seed) => ({
      ...daily(seed),
      days: [1 + seed('day', 28)],
      ...(step === 1 ? {} : { months: every(step, 12, seed('month', step)).map((month) => month + 1) }),
    }),
  })),
];

/** The shortest interval that a calendar can have, in seconds. */
export const SHORTEST_SECONDS = MINUTES[0] * MINUTE;

/**
 * Returns the rarest calendar whose times are never further apart than `seconds`, and that longest gap. The same name
 * always gives the same times, and other names give others, so that not everything starts at once. Throws RangeError
 * below five minutes.
 */
export function calendarWithin(seconds: number, name: string): { readonly calendar: Calendar; readonly gap: number } {
  const step = STEPS.findLast(({ gap }) => gap <= seconds);
  if (step === undefined) throw new RangeError(`no calendar repeats within ${seconds} s`);
  return { calendar: step.at(seedOf(name)), gap: step.gap };
}

function seedOf(name: string): Seed {
  return (what, below) => createHash('sha256').update(`${name}/${what}`).digest().readUInt32BE(0) % below;
}

/** Not at the full hour, when most other jobs start. */
function minute(seed: Seed): Calendar {
  return { minutes: [1 + seed('minute', 59)] };
}

function daily(seed: Seed): Calendar {
  return { ...minute(seed), hours: [seed('hour', 24)] };
}

function every(step: number, below: number, first: number): readonly number[] {
  return Array.from({ length: Math.floor((below - 1 - first) / step) + 1 }, (_, index) => first + index * step);
}

/** Returns the calendar as a schedule of cron (crontab.5): `17 3 * * *`. */
export function cronText({ minutes, hours, days, months, weekday }: Calendar): string {
  const field = (values: readonly number[] | undefined): string => values?.join(',') ?? '*';
  return [field(minutes), field(hours), field(days), field(months), weekday ?? '*'].join(' ');
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Returns the calendar as OnCalendar of systemd (systemd.time.7): `*-*-* 03:17:00 UTC`. */
export function systemdText({ minutes, hours, days, months, weekday }: Calendar): string {
  const field = (values: readonly number[] | undefined): string =>
    values?.map((value) => String(value).padStart(2, '0')).join(',') ?? '*';
  const day = weekday === undefined ? '' : `${WEEKDAYS[weekday]} `;
  return `${day}*-${field(months)}-${field(days)} ${field(hours)}:${field(minutes)}:00 UTC`;
}
