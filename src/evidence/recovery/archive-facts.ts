import { type LogGap, logGap } from './wal-gap.ts';

/** A backup of the whole server by pgBackRest. Times are ISO 8601 in UTC. */
export interface ArchivedBackup {
  readonly label: string;
  /** The server can be restored to this time and to any later one. */
  readonly stop: string;
  /** Bytes of the server's files. */
  readonly bytes: number;
  /** The first segment that a restore of it reads. */
  readonly firstSegment: string;
}

/** What pgBackRest has of a server. */
export interface ArchiveFacts {
  readonly stanza: string;
  /** Major version of PostgreSQL: `15`. */
  readonly postgres: string;
  /** Backups without an error, oldest first. */
  readonly backups: readonly ArchivedBackup[];
  /** The newest WAL segment, and when it was archived. Undefined if there is none. */
  readonly newest?: { readonly name: string; readonly at: string };
  /** The first gap in the WAL since the newest backup. Undefined if it has none. */
  readonly gap?: LogGap;
  /** The segments that gaps are found in, sorted. */
  readonly segments: readonly string[];
}

/**
 * Returns the backup that a restore to a time begins with, or the reason if none fits: every backup is newer, the WAL
 * ends before the time, or WAL segments are missing.
 */
export function backupFor(facts: ArchiveFacts, at: Date): ArchivedBackup | { readonly reason: string } {
  const found = facts.backups.findLast(({ stop }) => Date.parse(stop) <= at.getTime());
  const [oldest] = facts.backups;
  if (found === undefined)
    return { reason: oldest === undefined ? 'it has no backup' : `its oldest backup is of ${oldest.stop}` };
  const { newest } = facts;
  if (newest === undefined || Date.parse(newest.at) < at.getTime())
    return { reason: `its WAL ends at ${newest?.at ?? 'the backup'}` };
  const gap = logGap(facts.segments, found.firstSegment);
  return gap === undefined ? found : { reason: `it lacks WAL segments between ${gap.after} and ${gap.before}` };
}
