const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** How long ago an ISO time was, in its largest whole unit: `3d ago`, `2h ago`, `5m ago`; `just now` below a minute and for what is no time. */
export function ageWords(time: string, now: Date): string {
  const ms = now.getTime() - Date.parse(time);
  const unit = UNITS.find(([, size]) => ms >= size);
  return unit === undefined ? 'just now' : `${Math.floor(ms / unit[1])}${unit[0]} ago`;
}
