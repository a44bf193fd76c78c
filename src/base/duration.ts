const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof UNIT_SECONDS;

const PATTERN = /^(\d+)(s|m|h|d)$/;

/** True for `90s`, `15m`, `4h`, `14d`. */
export function isDuration(text: string): boolean {
  return PATTERN.test(text);
}

/** Seconds of a duration such as `90s 15m 4h 14d`. Throws RangeError for anything else. */
export function durationSeconds(text: string): number {
  const match = PATTERN.exec(text);
  if (match === null) throw new RangeError(`not a duration: ${text}`);
  return Number(match[1]) * UNIT_SECONDS[match[2] as Unit];
}

/** Seconds in the file's own form: the largest unit that divides them, so that `durationSeconds` gives them back. */
export function formatDuration(seconds: number): string {
  const units: readonly Unit[] = ['d', 'h', 'm'];
  const unit = units.find((candidate) => seconds > 0 && seconds % UNIT_SECONDS[candidate] === 0) ?? 's';
  return `${seconds / UNIT_SECONDS[unit]}${unit}`;
}
