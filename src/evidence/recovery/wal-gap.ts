/** What is missing between two segments of the write-ahead log. */
export interface LogGap {
  /** The last segment before the gap, and the first one after it. */
  readonly after: string;
  readonly before: string;
}

/**
 * Returns the first gap in a timeline of the write-ahead log from a segment on. `names`: segments of 24 hexadecimal
 * digits (timeline, log, segment; PostgreSQL, WAL Internals), sorted. A log has 256 segments of 16 MiB, or fewer larger
 * ones. Undefined if there is no gap.
 */
export function logGap(names: readonly string[], from: string): LogGap | undefined {
  const timeline = from.slice(0, 8);
  const own = names.filter((name) => name.startsWith(timeline) && name >= from);
  if (own[0] !== from) return { after: 'the backup', before: own[0] ?? 'the end of the archive' };
  const perLog = segmentsPerLog(own);
  for (const [index, name] of own.entries()) {
    const next = own[index + 1];
    if (next !== undefined && numberOf(next, perLog) !== numberOf(name, perLog) + 1)
      return { after: name, before: next };
  }
  return undefined;
}

function numberOf(name: string, perLog: number): number {
  return Number.parseInt(name.slice(8, 16), 16) * perLog + Number.parseInt(name.slice(16), 16);
}

/** Segments are a power of two in size. The highest number in a log that has a later one shows how many a log has. */
function segmentsPerLog(names: readonly string[]): number {
  const last = names.at(-1)?.slice(8, 16);
  const full = names.filter((name) => name.slice(8, 16) !== last).map((name) => Number.parseInt(name.slice(16), 16));
  // Not Math.max(...): a large archive has more segments than a call may have arguments.
  const highest = full.reduce((most, number) => Math.max(most, number), 0);
  return full.length === 0 ? 256 : 2 ** Math.ceil(Math.log2(highest + 1));
}
