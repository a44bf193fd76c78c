import { randomBytes } from 'node:crypto';
import { compact } from '../../base/json.ts';
import { beginTransaction, probeCommit, refusalOf } from './commit-probe.ts';
import type { Open } from './pooler.ts';
import { flag, number, seen, text } from './rows.ts';
import type { Row, Session } from './session.ts';
import {
  SESSION_SETTINGS,
  type SessionFact,
  type SessionSetting,
  type SettingFact,
  type TrialFact,
} from './session-facts.ts';

/**
 * What a session in one of Dify's databases sees and may do. `which`: the api's migrations need more rights than the
 * plugin daemon's.
 */
export async function databaseSession(session: Session, which: 'main' | 'plugin', open: Open): Promise<SessionFact> {
  const row = (await seen(session, WHERE))?.[0];
  const migrated = list(row, 'migrated');
  return compact({
    user: text(row, 'name') ?? '',
    settings: await settingsOf(session),
    schema: text(row, 'schema'),
    isInRecovery: flag(row, 'recovery') || undefined,
    migrated: migrated.length === 0 ? undefined : migrated,
    clientEncoding: text((await seen(session, CLIENT_ENCODING))?.[0], 'encoding'),
    logTables: which === 'main' ? await logTablesOf(session) : undefined,
    ...(await probeCommit(session, tableStatements(), open)),
    uuid:
      which === 'main' && migrated.length === 0
        ? await tried(session, ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp"', 'SELECT uuid_generate_v4()'])
        : undefined,
    foreignTables: await foreignTablesOf(session),
  });
}

const WHERE = `
  SELECT current_user AS name, current_schema() AS schema, pg_is_in_recovery() AS recovery,
         (SELECT array_agg(n.nspname::text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relname = 'alembic_version' AND c.relkind = 'r') AS migrated`;

/**
 * Tables that grow with every run and message (Dify 1.16, api/models). `reltuples` is an estimate, -1 if the table was
 * never analysed.
 */
const LOG_TABLES = `
  SELECT c.relname AS name, greatest(c.reltuples, 0)::bigint AS rows, pg_total_relation_size(c.oid) AS bytes
    FROM pg_class c
   WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
     AND c.relname IN ('workflow_node_executions', 'workflow_runs', 'workflow_app_logs', 'messages', 'message_agent_thoughts')
   ORDER BY 1`;

async function logTablesOf(session: Session): Promise<SessionFact['logTables'] | undefined> {
  const rows = (await seen(session, LOG_TABLES)) ?? [];
  if (rows.length === 0) return undefined;
  return rows.map((row) => ({
    name: text(row, 'name') ?? '',
    rows: number(row, 'rows') ?? 0,
    bytes: number(row, 'bytes') ?? 0,
  }));
}

/** Precedence: a setting of this role in this database, then the role's, then the database's. */
const CLIENT_ENCODING = `
  SELECT split_part(set, '=', 2) AS encoding
    FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole,
         unnest(s.setconfig) set
   WHERE set LIKE 'client_encoding=%' AND (s.setdatabase = 0 OR d.datname = current_database())
     AND (s.setrole = 0 OR r.rolname = session_user)
   ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1`;

async function settingsOf(session: Session): Promise<SessionFact['settings']> {
  const rows = await seen(session, 'SELECT name, setting, source FROM pg_settings WHERE name = ANY($1)', [
    SESSION_SETTINGS,
  ]);
  const found = new Map(
    (rows ?? []).map((row) => [
      text(row, 'name'),
      { value: text(row, 'setting') ?? '', source: text(row, 'source') ?? '' },
    ]),
  );
  const entries = SESSION_SETTINGS.map((name): [SessionSetting, SettingFact | undefined] => [name, found.get(name)]);
  return Object.fromEntries(entries) as Record<SessionSetting, SettingFact | undefined>;
}

/** A table like those of Dify's migrations: an id by gen_random_uuid(), and text. */
function tableStatements(): readonly string[] {
  const name = `difyctl_probe_${randomBytes(6).toString('hex')}`;
  return [
    `CREATE TABLE ${name} (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, name text NOT NULL)`,
    `INSERT INTO ${name} (name) VALUES ('probe')`,
    `DROP TABLE ${name}`,
  ];
}

/** Runs statements in their own transaction and rolls it back. */
async function tried(session: Session, statements: readonly string[]): Promise<TrialFact> {
  try {
    await beginTransaction(session, statements);
    return {};
  } catch (error) {
    return { refused: refusalOf(error) };
  } finally {
    await session.query('ROLLBACK').catch(() => undefined);
  }
}

/** Excludes tables of extensions, such as PostGIS: they belong to the role that created the extension. */
const FOREIGN_TABLES = `
  SELECT count(*) AS count, array_agg(DISTINCT pg_get_userbyid(c.relowner)::text) AS owners
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

async function foreignTablesOf(session: Session): Promise<SessionFact['foreignTables']> {
  const row = (await seen(session, FOREIGN_TABLES))?.[0];
  return { count: number(row, 'count') ?? 0, owners: list(row, 'owners') };
}

function list(row: Row | undefined, column: string): readonly string[] {
  const value: unknown = row?.[column];
  return Array.isArray(value) ? value.map(String) : [];
}
