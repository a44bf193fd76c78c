import { compact } from '../../base/json.ts';
import { number, seen, text } from './rows.ts';
import type { Row, Session } from './session.ts';
import type { UpkeepFact } from './upkeep-facts.ts';

/** `wal_status` exists since PostgreSQL 13. */
const SLOTS = `
  SELECT slot_name, wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS kept
    FROM pg_replication_slots WHERE NOT active AND NOT temporary AND (restart_lsn IS NOT NULL OR wal_status = 'lost') ORDER BY slot_name`;
const OLDEST = 'SELECT datname, age(datfrozenxid) AS age FROM pg_database ORDER BY 2 DESC LIMIT 1';
const FORGOTTEN = "SELECT gid FROM pg_prepared_xacts WHERE prepared < now() - interval '1 hour' ORDER BY 1";
/** Both versions exist since PostgreSQL 15. */
const RESORTED = `
  SELECT datname FROM pg_database
   WHERE datname = ANY($1) AND datcollversion <> pg_database_collation_actual_version(oid) ORDER BY 1`;

/** What accumulates on a primary, as far as this role may read it. `databases`: those of the deployment. */
export async function upkeepOf(session: Session, databases: readonly string[]): Promise<UpkeepFact> {
  const slots = (await seen(session, SLOTS)) ?? [];
  const oldest = (await seen(session, OLDEST))?.[0];
  const age = number(oldest, 'age');
  const isLost = (row: Row) => text(row, 'wal_status') === 'lost';
  return compact({
    idleSlots: slots
      .filter((row) => !isLost(row))
      .map((row) => ({ name: text(row, 'slot_name') ?? '', keptBytes: number(row, 'kept') ?? 0 })),
    lostSlots: slots.filter(isLost).map((row) => text(row, 'slot_name') ?? ''),
    oldest: age === undefined ? undefined : { database: text(oldest, 'datname') ?? '', age },
    forgotten: ((await seen(session, FORGOTTEN)) ?? []).map((row) => text(row, 'gid') ?? ''),
    resorted: ((await seen(session, RESORTED, [databases])) ?? []).map((row) => text(row, 'datname') ?? ''),
  });
}
