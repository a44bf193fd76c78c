const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds for people, to two units: `25h 10m` reads as `1d 1h`, `90s` as `1m 30s`, nothing as `0s`. */
export function span(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count}${name}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}
