import type { BackupSettings } from '../deployment/schema/recovery.ts';

/** A set with the time that decides whether it is kept. */
interface DatedSet {
  readonly set: string;
  /** ISO 8601 in UTC. */
  readonly commonPoint: string;
}

/**
 * Returns the ids of the sets to keep: the newest ones, and the newest one of each of the last days, weeks (from
 * Monday) and months in UTC that have a set. At least the newest set is kept, whatever the settings.
 */
export function keptSets(sets: readonly DatedSet[], keep: BackupSettings['keep']): ReadonlySet<string> {
  const newestFirst = sets.toSorted((a, b) => (a.commonPoint < b.commonPoint ? 1 : -1));
  return new Set([
    ...newestFirst.slice(0, Math.max(1, keep.last)).map(({ set }) => set),
    ...newestOfEach(newestFirst, keep.daily, ({ commonPoint }) => commonPoint.slice(0, 10)),
    ...newestOfEach(newestFirst, keep.weekly, ({ commonPoint }) => mondayOf(commonPoint)),
    ...newestOfEach(newestFirst, keep.monthly, ({ commonPoint }) => commonPoint.slice(0, 7)),
  ]);
}

function newestOfEach(
  newestFirst: readonly DatedSet[],
  count: number,
  periodOf: (set: DatedSet) => string,
): readonly string[] {
  const newest = new Map<string, string>();
  for (const set of newestFirst) if (!newest.has(periodOf(set))) newest.set(periodOf(set), set.set);
  return [...newest.values()].slice(0, count);
}

function mondayOf(time: string): string {
  const day = new Date(time);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
