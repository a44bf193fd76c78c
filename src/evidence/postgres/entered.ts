import { randomBytes } from 'node:crypto';
import { SESSION_SETTINGS, type SessionFact, type SessionSetting, type SettingFact, type TrialFact } from './facts.ts';
import { PostgresFault } from './faults.ts';
import { flag, known, number, seen, text } from './rows.ts';
import type { Session } from './session.ts';

/** What a session in one of Dify's databases sees and may do. `which`: the api's migrations need more than the plugin daemon's. */
export async function enteredOf(session: Session, which: 'main' | 'plugin'): Promise<SessionFact> {
  const row = (await seen(session, 'SELECT current_user AS name, current_schema() AS schema'))?.[0];
  const isMigrated = flag(
    (await seen(session, `SELECT to_regclass('public.alembic_version') IS NOT NULL AS there`))?.[0],
    'there',
  );
  return known({
    user: text(row, 'name') ?? '',
    settings: await settingsOf(session),
    schema: text(row, 'schema'),
    table: await tried(session, tableStatements()),
    uuid:
      which === 'main' && !isMigrated
        ? await tried(session, ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp"'])
        : undefined,
    foreignTables: await foreignTablesOf(session),
  });
}

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

/** A table as Dify's migrations make them: an id by gen_random_uuid(), and text of every alphabet. */
function tableStatements(): readonly string[] {
  const name = `difyctl_probe_${randomBytes(6).toString('hex')}`;
  return [
    `CREATE TABLE ${name} (id uuid DEFAULT gen_random_uuid() PRIMARY KEY, name text NOT NULL)`,
    `INSERT INTO ${name} (name) VALUES ('probe')`,
  ];
}

/** Runs statements in a transaction of their own and takes everything back. */
async function tried(session: Session, statements: readonly string[]): Promise<TrialFact> {
  try {
    await session.query('BEGIN');
    await session.query("SET LOCAL lock_timeout = '2s'");
    for (const statement of statements) await session.query(statement);
    return {};
  } catch (error) {
    if (!(error instanceof PostgresFault) || error.kind === 'silent') throw error;
    const { code, text: words } = error.fact;
    return { refused: { code, text: words } };
  } finally {
    await session.query('ROLLBACK').catch(() => undefined);
  }
}

/** Those of extensions are left out: PostGIS and its like belong to whoever made them. */
const FOREIGN_TABLES = `
  SELECT count(*) AS count, array_agg(DISTINCT pg_get_userbyid(c.relowner)::text) AS owners
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
     AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

async function foreignTablesOf(session: Session): Promise<SessionFact['foreignTables']> {
  const row = (await seen(session, FOREIGN_TABLES))?.[0];
  const owners: unknown = row?.owners;
  return { count: number(row, 'count') ?? 0, owners: Array.isArray(owners) ? owners.map(String) : [] };
}
