const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof UNIT_SECONDS;

const PATTERN = /^(\d+)(s|m|h|d)$/;

/** Returns true for durations such as `90s`, `15m`, `4h`, `14d`. */
export function isDuration(text: string): boolean {
  return PATTERN.test(text);
}

/** Returns the seconds of a duration such as `90s 15m 4h 14d`. Throws RangeError for any other text. */
export function durationSeconds(text: string): number {
  const match = PATTERN.exec(text);
  if (match === null) throw new RangeError(`not a duration: ${text}`);
  return Number(match[1]) * UNIT_SECONDS[match[2] as Unit];
}

/**
 * Returns seconds as a duration of the file, in the largest unit that divides them. `durationSeconds` is the inverse.
 */
export function formatDuration(seconds: number): string {
  const units: readonly Unit[] = ['d', 'h', 'm'];
  const unit = units.find((candidate) => seconds > 0 && seconds % UNIT_SECONDS[candidate] === 0) ?? 's';
  return `${seconds / UNIT_SECONDS[unit]}${unit}`;
}

const SPAN_UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Returns seconds in words, in at most two units: 90,600 as `1d 1h`, 90 as `1m 30s`, 0 as `0s`. */
export function span(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [name, size] of SPAN_UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count}${name}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}

/** Returns the whole days in these milliseconds, rounded down: -1 for an hour ago. */
export function wholeDays(ms: number): number {
  return Math.floor(ms / (UNIT_SECONDS.d * 1_000));
}

const AGE_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/**
 * Returns how long ago an ISO time was, in its largest whole unit: `3d ago`, `2h ago`, `5m ago`. Returns `just now`
 * below a minute, and if the text is not a time.
 */
export function ageWords(time: string, now: Date): string {
  const ms = now.getTime() - Date.parse(time);
  const unit = AGE_UNITS.find(([, size]) => ms >= size);
  return unit === undefined ? 'just now' : `${Math.floor(ms / unit[1])}${unit[0]} ago`;
}

/** Returns milliseconds in words: `4.3 s`, `120 ms`, `2m 5s`. */
export function elapsed(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
}
