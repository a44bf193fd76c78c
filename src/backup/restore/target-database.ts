import { ExternalError } from '../../base/errors.ts';
import { at, numberAt } from '../../base/json-path.ts';
import { counted } from '../../base/words.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { FOR_THIS_ROLE } from '../../exec/pg-restore.ts';
import { type DatabaseClient, type DatabaseName, databaseClient, queryLines, tablesOf } from '../database.ts';
import type { BackupPart } from '../manifest.ts';
import type { RestoreContext } from './context.ts';
import { sqlLiteral, sqlName } from './psql-query.ts';

/** A database into which a dump is restored. */
export interface TargetDatabase {
  readonly which: DatabaseName;
  readonly client: DatabaseClient;
  /** The same login in a database that always exists, to create and rename others. */
  readonly server: DatabaseClient;
}

/** What a restore of one database needs. */
type Transfer = Pick<RestoreContext, 'runner' | 'restic' | 'signal' | 'onStart'>;

/** What was observed of the database before the restore. */
export interface ObservedDatabase {
  readonly exists: boolean;
  /** 0: it is empty, or it does not exist. */
  readonly tables: number;
  /** Connections of clients to it. */
  readonly sessions: number;
  /** True if the role may create databases. */
  readonly mayCreate: boolean;
  /** True if the role owns the database, or is a superuser. */
  readonly isOwner: boolean;
  /** Major version of the server. */
  readonly server: number;
  /** True if a database with the new name exists: what was there was renamed to it. */
  readonly isRenamed: boolean;
}

/** A dump in custom format on this machine, with the number of tables that its database had. */
export interface DumpFile {
  readonly file: string;
  readonly tables: number;
}

/** Databases that every server has, unless its operator dropped them. */
const ALWAYS = ['postgres', 'template1'];
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Opens the target of a dump. Throws UserError if the password was not found, ExternalError if nothing answers. */
export async function openTargetDatabase(which: DatabaseName, context: RestoreContext): Promise<TargetDatabase> {
  const { runner, signal } = context;
  const client = await databaseClient(which, context);
  let first: unknown;
  for (const database of [...ALWAYS, client.database]) {
    const server = { ...client, database };
    try {
      await queryLines(runner, server, 'SELECT 1', { signal });
      return { which, client, server };
    } catch (error) {
      if (!(error instanceof ExternalError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Observes the database. `renamedTo`: the name that an existing one gets. Throws ExternalError. */
export async function observeDatabase(
  { client, server }: TargetDatabase,
  renamedTo: string,
  { runner, signal }: Transfer,
): Promise<ObservedDatabase> {
  const sql = seenSql(sqlLiteral(client.database), sqlLiteral(renamedTo));
  const [line = ''] = await queryLines(runner, server, sql, { signal });
  const seen = jsonAnswer(line, 'psql');
  const exists = at(seen, 'exists') === true;
  return {
    exists,
    tables: exists ? (await tablesOf(runner, client, { signal })).length : 0,
    sessions: numberAt(seen, 'sessions') ?? 0,
    mayCreate: at(seen, 'mayCreate') === true,
    isOwner: at(seen, 'isOwner') === true,
    server: Math.floor((numberAt(seen, 'version') ?? 0) / 10_000),
    isRenamed: at(seen, 'isRenamed') === true,
  };
}

function seenSql(name: string, renamedTo: string): string {
  return `SELECT json_build_object(
    'exists', EXISTS (SELECT FROM pg_database WHERE datname = ${name}),
    'isRenamed', EXISTS (SELECT FROM pg_database WHERE datname = ${renamedTo}),
    'sessions', (SELECT count(*) FROM pg_stat_activity
                  WHERE datname = ${name} AND pid <> pg_backend_pid() AND backend_type = 'client backend'),
    'mayCreate', (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),
    'isOwner', coalesce((SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = ${name}), false),
    'version', current_setting('server_version_num')::int)`;
}

/**
 * Restores a dump in one transaction: the database has all of it or nothing, also if the run is killed. Tables that
 * exist are those of an earlier attempt, unless `renamedTo` is given: then a database with tables is renamed first, once.
 * Creates a database that does not exist. `dump`: the dump to restore in place of that of the set. Throws ExternalError.
 */
export async function restoreIntoDatabase(
  target: TargetDatabase,
  part: BackupPart,
  renamedTo: string | undefined,
  context: Transfer,
  dump?: DumpFile,
): Promise<void> {
  const { client } = target;
  const { restic, runner, signal, onStart } = context;
  let seen = await observeDatabase(target, renamedTo ?? '', context);
  if (renamedTo !== undefined && seen.tables > 0 && !seen.isRenamed) {
    await statement(target, `ALTER DATABASE ${sqlName(client.database)} RENAME TO ${sqlName(renamedTo)}`, context);
    seen = { ...seen, exists: false, tables: 0 };
  }
  if (!seen.exists) await statement(target, `CREATE DATABASE ${sqlName(client.database)} TEMPLATE template0`, context);
  if (seen.tables === 0) {
    const command = client.command('pg_restore', [
      `--dbname=${client.database}`,
      ...FOR_THIS_ROLE,
      '--single-transaction',
      ...(dump === undefined ? [] : [dump.file]),
    ]);
    const [program = '', ...words] = command;
    const path = part.file ?? `/${part.part}.dump`;
    const options = { signal, onStart, env: client.env };
    if (dump !== undefined) await runner.run(program, words, { ...options, timeoutMs: DAY_MS, killWithParent: true });
    else await restic.pipe(part.snapshot ?? '', path, command, options);
  }
  await verifyTables(target, dump?.tables ?? part.details.tables, context);
}

async function statement({ server }: TargetDatabase, sql: string, { runner, signal }: Transfer): Promise<void> {
  await queryLines(runner, server, sql, { signal });
}

async function verifyTables(
  { client }: TargetDatabase,
  expected: BackupPart['details'][string] | undefined,
  context: Transfer,
): Promise<void> {
  const { runner, signal } = context;
  const { length } = await tablesOf(runner, client, { signal });
  if (typeof expected !== 'number' || length === expected) return;
  throw new ExternalError(`the database ${client.database} has ${counted(length, 'table')}; the set has ${expected}`, {
    next: [`drop the database ${client.database}, and run difyctl restore again`],
  });
}
