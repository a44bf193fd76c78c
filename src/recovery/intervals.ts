import { durationSeconds, formatDuration } from '../base/duration.ts';

/** The shortest interval of a schedule whose runs do not overlap. */
export const SHORTEST_INTERVAL = '5m';

/** Usual intervals of schedules. */
const STEPS = [SHORTEST_INTERVAL, '10m', '15m', '30m', '1h', '2h', '4h', '6h', '12h', '1d', '7d'].map(durationSeconds);

/** The largest usual interval of at most `seconds`; the smallest one if all are longer. In the format of the file. */
export function usualInterval(seconds: number): string {
  const step = STEPS.findLast((candidate) => candidate <= seconds) ?? STEPS[0] ?? seconds;
  return formatDuration(step);
}
