import { compact } from '../../base/json.ts';
import type { ArchivingFact } from './replication-facts.ts';
import { number, seen, text } from './rows.ts';
import type { Row, Session } from './session.ts';

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;
const iso = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', ${ISO}) AS ${column}`;

const ARCHIVER = `
  SELECT archived_count, failed_count, last_archived_wal, ${iso('last_archived_time')}, last_failed_wal, ${iso('last_failed_time')},
         to_char(now() AT TIME ZONE 'UTC', ${ISO}) AS now,
         current_setting('archive_mode') AS mode, current_setting('archive_library', true) AS library,
         (SELECT setting FROM pg_settings WHERE name = 'archive_command') AS command,
         (SELECT setting FROM pg_settings WHERE name = 'archive_timeout') AS timeout,
         (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size') AS segment,
         pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS written
    FROM pg_stat_archiver`;

/** The state of WAL archiving on a primary. Returns undefined if the server does not show it. */
export async function archivingOf(session: Session): Promise<ArchivingFact | undefined> {
  const row = (await seen(session, ARCHIVER))?.[0];
  if (row === undefined) return undefined;
  return compact({
    mode: text(row, 'mode') ?? 'off',
    command: text(row, 'command'),
    library: text(row, 'library'),
    timeoutSeconds: number(row, 'timeout') ?? 0,
    archived: number(row, 'archived_count') ?? 0,
    failed: number(row, 'failed_count') ?? 0,
    lastArchived: event(row, 'last_archived'),
    lastFailed: event(row, 'last_failed'),
    ...unarchived(text(row, 'last_archived_wal'), number(row, 'written'), number(row, 'segment')),
    now: text(row, 'now') ?? '',
  });
}

function event(row: Row, name: string): { wal: string; at: string } | undefined {
  const [wal, at] = [text(row, `${name}_wal`), text(row, `${name}_time`)];
  return wal === undefined || at === undefined ? undefined : { wal, at };
}

/**
 * WAL written after the last archived segment; empty if it cannot be counted. A segment's name holds its timeline, then
 * its number in two parts of 8 hexadecimal digits, the first counting 4 GiB (PostgreSQL, xlog_internal.h).
 */
export function unarchived(
  wal: string | undefined,
  written: number | undefined,
  segmentBytes: number | undefined,
): { waitingSegments?: number; openBytes?: number } {
  const name = /^[0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8})/.exec(wal ?? '');
  if (name === null || written === undefined || segmentBytes === undefined) return {};
  const archivedTo =
    Number.parseInt(name[1] ?? '', 16) * 2 ** 32 + (Number.parseInt(name[2] ?? '', 16) + 1) * segmentBytes;
  const after = Math.max(0, written - archivedTo);
  return { waitingSegments: Math.floor(after / segmentBytes), openBytes: after % segmentBytes };
}
