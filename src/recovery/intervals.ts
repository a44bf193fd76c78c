import { durationSeconds, formatDuration } from '../base/duration.ts';

/** What a schedule can keep without a run of it meeting the next one. */
export const SHORTEST_INTERVAL = '5m';

/** Intervals that people put into schedules. */
const STEPS = [SHORTEST_INTERVAL, '10m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d', '7d'].map(durationSeconds);

/** The largest usual interval of at most `seconds`; below the smallest step, that step. In the file's own form. */
export function usualInterval(seconds: number): string {
  const step = STEPS.findLast((candidate) => candidate <= seconds) ?? STEPS[0] ?? seconds;
  return formatDuration(step);
}
