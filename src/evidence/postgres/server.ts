import { compact } from '../../base/json.ts';
import { archivingOf } from './archiving.ts';
import { type ConnectionsFact, type DatabaseFact, type RoleFact, SERVER_SETTINGS, type ServerFact } from './facts.ts';
import type { ReplicationFact } from './replication-facts.ts';
import { flag, number, seen, text } from './rows.ts';
import type { Session } from './session.ts';

/** Enough for a p95 that one slow answer does not determine. */
const QUERIES = 40;
/** Milliseconds after which a slow server gets no further queries. */
const QUERIES_MS = 3_000;

const SERVER = `
  SELECT current_setting('server_version_num') AS version, version() AS product, pg_is_in_recovery() AS recovery,
         to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS started,
         (SELECT setting::bigint * 8192 FROM pg_settings WHERE name = 'shared_buffers') AS buffers`;

/**
 * Facts of the whole server. `own`: roles and databases of the deployment. Throws PostgresFault if even the version
 * query fails.
 */
export async function serverOf(session: Session, own: Own): Promise<Omit<ServerFact, 'latencies' | 'pooler'>> {
  const row = (await session.query(SERVER))[0];
  const isInRecovery = flag(row, 'recovery');
  return compact({
    version: number(row, 'version') ?? 0,
    product: (text(row, 'product') ?? '').replace(/ \(.*| on .*/, ''),
    isInRecovery,
    connections: await connectionsOf(session, own),
    archiving: isInRecovery ? undefined : await archivingOf(session),
    replication: isInRecovery ? undefined : await replicationOf(session),
    sharedBuffers: number(row, 'buffers'),
    startedAt: text(row, 'started'),
    settings: await settingsOf(session),
  });
}

export interface Own {
  readonly roles: readonly string[];
  readonly databases: readonly string[];
}

/** A role without pg_read_all_stats sees other sessions with role and database, but without `backend_type`. */
const CONNECTIONS = `
  SELECT current_setting('max_connections') AS max,
         current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved,
         (SELECT count(*) FROM pg_stat_activity
           WHERE datid IS NOT NULL AND usesysid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
             AND NOT (usename = ANY($1) AND datname = ANY($2)) AND application_name <> 'difyctl') AS others`;

async function connectionsOf(session: Session, own: Own): Promise<ConnectionsFact | undefined> {
  const row = (await seen(session, CONNECTIONS, [own.roles, own.databases]))?.[0];
  const [max, reserved, others] = [number(row, 'max'), number(row, 'reserved'), number(row, 'others')];
  return max === undefined || reserved === undefined || others === undefined ? undefined : { max, reserved, others };
}

const STANDBYS = `
  SELECT application_name, state, sync_state, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) AS lag,
         EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical') AS logical
    FROM pg_stat_replication r ORDER BY application_name`;
const SHOWN = `
  SELECT current_setting('synchronous_standby_names') AS required,
         (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR pg_has_role('pg_read_all_stats', 'USAGE') AS shown`;

/** The standbys of this primary; undefined if this role may not read them. */
export async function replicationOf(session: Session): Promise<ReplicationFact | undefined> {
  const [rows, shown] = [await seen(session, STANDBYS), await seen(session, SHOWN)];
  if (rows === undefined || shown === undefined) return undefined;
  return {
    standbys: rows.map((row) =>
      compact({
        name: text(row, 'application_name') ?? '',
        state: text(row, 'state'),
        sync: text(row, 'sync_state'),
        lagBytes: number(row, 'lag'),
        isLogical: flag(row, 'logical') || undefined,
      }),
    ),
    required: text(shown[0], 'required') ?? '',
    isShown: flag(shown[0], 'shown'),
  };
}

async function settingsOf(session: Session): Promise<ServerFact['settings']> {
  const rows = await seen(session, 'SELECT name, setting FROM pg_settings WHERE name = ANY($1)', [SERVER_SETTINGS]);
  return rows && Object.fromEntries(rows.map((row) => [text(row, 'name') ?? '', text(row, 'setting') ?? '']));
}

/** Milliseconds of trivial queries, sorted. Throws PostgresFault if one fails. */
export async function latenciesOf(session: Session): Promise<readonly number[]> {
  const times: number[] = [];
  const first = performance.now();
  for (let count = 0; count < QUERIES && performance.now() - first < QUERIES_MS; count += 1) {
    const began = performance.now();
    await session.query('SELECT 1');
    times.push(Math.round((performance.now() - began) * 100) / 100);
  }
  return times.sort((a, b) => a - b);
}

/** Those of these roles that exist. */
export async function rolesOf(session: Session, names: readonly string[]): Promise<readonly RoleFact[]> {
  const rows = await seen(
    session,
    `SELECT rolname, rolsuper, rolcreatedb, rolcanlogin, rolconnlimit,
            CASE WHEN isfinite(rolvaliduntil) THEN to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END AS until
       FROM pg_roles WHERE rolname = ANY($1) ORDER BY rolname`,
    [names],
  );
  return (rows ?? []).map((row) =>
    compact({
      name: text(row, 'rolname') ?? '',
      isSuperuser: flag(row, 'rolsuper'),
      mayCreateDatabases: flag(row, 'rolcreatedb') || flag(row, 'rolsuper'),
      mayLogin: flag(row, 'rolcanlogin'),
      connectionLimit: number(row, 'rolconnlimit') ?? -1,
      validUntil: text(row, 'until'),
    }),
  );
}

/** Those of these databases that exist. */
export async function databasesOf(session: Session, names: readonly string[]): Promise<readonly DatabaseFact[]> {
  const rows = await seen(
    session,
    `SELECT datname, pg_get_userbyid(datdba) AS owner, pg_encoding_to_char(encoding) AS encoding, datallowconn, datconnlimit,
            CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END AS bytes
       FROM pg_database WHERE datname = ANY($1) ORDER BY datname`,
    [names],
  );
  return (rows ?? []).map((row) =>
    compact({
      name: text(row, 'datname') ?? '',
      owner: text(row, 'owner') ?? '',
      encoding: text(row, 'encoding') ?? '',
      takesConnections: flag(row, 'datallowconn'),
      connectionLimit: number(row, 'datconnlimit') ?? -1,
      bytes: number(row, 'bytes'),
    }),
  );
}
