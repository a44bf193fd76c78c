import { describe, expect, test } from 'vitest';
import { type Calendar, calendarWithin, cronText, systemdText } from '../../src/base/calendar.ts';

const DAY = 86_400;
const ALL_HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** The times of a calendar from 2027 to 2028, in seconds. An independent reading of its fields. */
function timesOf({ minutes, hours = ALL_HOURS, days, months, weekday }: Calendar): readonly number[] {
  const isIn = (values: readonly number[] | undefined, value: number) => values === undefined || values.includes(value);
  // Without a field of days, every day is the same.
  const length = days === undefined && weekday === undefined ? 4 : 731;
  return Array.from({ length }, (_, day) => Date.UTC(2027, 0, 1 + day) / 1_000)
    .filter((start) => {
      const date = new Date(start * 1_000);
      const isWeekday = weekday === undefined || weekday === date.getUTCDay();
      return isWeekday && isIn(days, date.getUTCDate()) && isIn(months, date.getUTCMonth() + 1);
    })
    .flatMap((start) => hours.flatMap((hour) => minutes.map((minute) => start + hour * 3_600 + minute * 60)));
}

describe.each([
  ['5m', 300],
  ['7m', 420],
  ['1h', 3_600],
  ['5h', 5 * 3_600],
  ['6h', 6 * 3_600],
  ['1d', DAY],
  ['36h', 36 * 3_600],
  ['7d', 7 * DAY],
  ['30d', 30 * DAY],
  ['90d', 90 * DAY],
  ['180d', 180 * DAY],
  ['400d', 400 * DAY],
])('a calendar of %s', (_, seconds) => {
  test.each(['dify/dify', 'prod/dify', 'a', 'b'])(
    '%s never waits longer, and its longest gap is the stated one',
    (name) => {
      const { calendar, gap } = calendarWithin(seconds, name);
      const times = timesOf(calendar);
      const longest = Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
      expect(longest).toBeLessThanOrEqual(gap);
      expect(gap).toBeLessThanOrEqual(seconds);
      expect(longest).toBeGreaterThan(gap * 0.8);
    },
  );
});

test('the same name gives the same times, and other names give others', () => {
  const at = (name: string) => cronText(calendarWithin(DAY, name).calendar);
  expect(at('dify/dify')).toBe(at('dify/dify'));
  expect(new Set(Array.from({ length: 40 }, (_, index) => at(`team-${index}/dify`))).size).toBeGreaterThan(35);
});

test('an interval below five minutes has no calendar', () => {
  expect(() => calendarWithin(299, 'dify')).toThrow(new RangeError('no calendar repeats within 299 s'));
});

test.each<[Calendar, string, string]>([
  [{ minutes: [4, 19, 34, 49] }, '4,19,34,49 * * * *', '*-*-* *:04,19,34,49:00 UTC'],
  [{ minutes: [17], hours: [3, 15] }, '17 3,15 * * *', '*-*-* 03,15:17:00 UTC'],
  [{ minutes: [17], hours: [3], weekday: 0 }, '17 3 * * 0', 'Sun *-*-* 03:17:00 UTC'],
  [{ minutes: [17], hours: [3], days: [5], months: [1, 7] }, '17 3 5 1,7 *', '*-01,07-05 03:17:00 UTC'],
])('%j is a schedule of cron and of systemd', (calendar, cron, systemd) => {
  expect([cronText(calendar), systemdText(calendar)]).toEqual([cron, systemd]);
});
