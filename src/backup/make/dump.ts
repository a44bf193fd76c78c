import { boundedJson } from '../../base/bounded-json.ts';
import { ExternalError, UserError } from '../../base/errors.ts';
import {
  type DatabaseClient,
  type DatabaseName,
  databaseClient,
  queryLines,
  runClient,
  tablesOf,
} from '../database.ts';
import { publicKeyDigest } from '../fingerprint.ts';
import { tagsOf } from '../repository.ts';
import { type MadePart, type MakeContext, resticOptions } from './context.ts';

/** A database that was examined before its dump. */
export interface OpenDatabase {
  readonly client: DatabaseClient;
  /** `15.20` */
  readonly version: string;
  /** Names of the tables, sorted. */
  readonly tables: readonly string[];
}

/** What the main database says about the installation. */
export interface MainFacts {
  readonly schemaHead: string;
  /** SHA-256 of the public key of each tenant, by its id. */
  readonly tenants: Readonly<Record<string, string>>;
}

/** Tables of Dify's main database since 1.0 (api/models, account.py and model.py). */
const MAIN_TABLES = ['accounts', 'alembic_version', 'dify_setups', 'tenants'];

/**
 * Opens one of the databases, and examines it. Throws UserError if it is not Dify's, or if the client on PATH is older
 * than the server; ExternalError if it cannot be reached.
 */
export async function openDatabase(which: DatabaseName, context: MakeContext): Promise<OpenDatabase> {
  const { runner, signal } = context;
  const client = await databaseClient(which, context);
  const [version = ''] = await queryLines(runner, client, 'SHOW server_version', { signal });
  await refuseOldClient(context, version);
  const tables = await tablesOf(runner, client, { signal });
  const missing = MAIN_TABLES.filter((name) => !tables.includes(name));
  if (which === 'main' && missing.length > 0) {
    throw new UserError(
      `the database ${client.database} at ${client.where} is not Dify's: it has no table ${missing.join(', ')}`,
      {
        next: ['check postgres.databases.main, and that Dify was started once'],
      },
    );
  }
  if (which === 'plugin' && tables.includes('alembic_version')) {
    throw new UserError(
      `the database ${client.database} at ${client.where} is the main database, not the plugin daemon's`,
      {
        next: ['check postgres.databases.plugin'],
      },
    );
  }
  if (which === 'plugin' && tables.length === 0) {
    throw new UserError(
      `the database ${client.database} at ${client.where} has no table, so it is not the plugin daemon's`,
      {
        next: ['check postgres.databases.plugin, and that Dify was started once'],
      },
    );
  }
  return { client, version: version.split(' ')[0] ?? '', tables };
}

/** An older pg_dump refuses a newer server, and a client in the container has the version of its server. */
async function refuseOldClient({ runner, deployment, signal }: MakeContext, server: string): Promise<void> {
  if (deployment.postgres.mode === 'bundled') return;
  const { stdout } = await runner.run('pg_dump', ['--version'], { signal });
  const [, client = ''] = /\(PostgreSQL\) (\d+)/.exec(stdout) ?? [];
  if (Number(client) >= Number.parseInt(server, 10)) return;
  throw new UserError(`pg_dump ${client} on PATH is older than the server, which is PostgreSQL ${server}`, {
    next: [`install the client of PostgreSQL ${Number.parseInt(server, 10)} or newer, and put it first on PATH`],
  });
}

/** Reads what the manifest says about the installation. Throws ExternalError. */
export async function mainFacts({ client }: OpenDatabase, { runner, signal }: MakeContext): Promise<MainFacts> {
  const [schemaHead] = await queryLines(runner, client, 'SELECT version_num FROM alembic_version', { signal });
  if (schemaHead === undefined) {
    throw new UserError(`the database ${client.database} is empty: alembic_version has no row`, {
      next: ['start Dify once, so that it migrates its database'],
    });
  }
  const keys = await queryLines(
    runner,
    client,
    `SELECT json_build_array(id, encrypt_public_key) FROM tenants WHERE encrypt_public_key IS NOT NULL`,
    { signal },
  );
  return { schemaHead, tenants: Object.fromEntries(keys.flatMap(tenantKey)) };
}

function tenantKey(line: string): readonly (readonly [string, string])[] {
  const row = boundedJson(line);
  const [id, key]: readonly unknown[] = Array.isArray(row) ? row : [];
  const digest = publicKeyDigest(String(key));
  return digest === undefined ? [] : [[String(id), digest]];
}

/**
 * Without compression of its own: restic compresses, and a row that did not change is stored once. In a compressed dump,
 * one changed row changes everything after it.
 */
export const DUMP_FORMAT = ['--format=custom', '--compress=0'] as const;

/** Dumps a database into the repository, and verifies that the dump has its tables. Throws ExternalError. */
export async function dumpPart(which: DatabaseName, database: OpenDatabase, context: MakeContext): Promise<MadePart> {
  const { restic, deployment, set, onBytes } = context;
  const { client, version, tables } = database;
  const part = `postgres-${which}` as const;
  const file = `${part}.dump`;
  const command = client.command('pg_dump', [...DUMP_FORMAT, `--dbname=${client.database}`]);
  const request = { tags: tagsOf(deployment.name, set, part), onBytes: (bytes: number) => onBytes(part, bytes) };
  const options = resticOptions(context);
  const stored = await restic.backupFile(file, { command }, request, { ...options, env: client.env });
  await verifyDump(stored.snapshot, file, database, context);
  return {
    part,
    mechanism: 'copied',
    engine: `pg_dump ${version}`,
    snapshot: stored.snapshot,
    file: `/${file}`,
    bytes: stored.bytes,
    details: { database: client.database, tables: tables.length, server: version },
  };
}

/** Reads the table of contents of the stored dump: it must list every table that the database had before. */
async function verifyDump(
  snapshot: string,
  file: string,
  { client, tables }: OpenDatabase,
  context: MakeContext,
): Promise<void> {
  const { restic, signal } = context;
  const list = client.offline('pg_restore', ['--list']);
  const text = await restic.pipe(snapshot, `/${file}`, list, { signal, env: client.env });
  const stored = new Set(
    text.split('\n').flatMap((line) => /^\d+; \d+ \d+ TABLE DATA \S+ (.+) \S+$/.exec(line)?.[1] ?? []),
  );
  const missing = tables.filter((name) => !stored.has(name));
  if (missing.length === 0) return;
  throw new ExternalError(
    `the dump of ${client.database} lacks ${missing.length} of ${tables.length} tables: ${missing.slice(0, 5).join(', ')}`,
    {
      next: ['check that no migration or clean-up runs meanwhile, and run difyctl backup again'],
    },
  );
}

/** Returns the roles of the server as SQL, without passwords. Throws ExternalError. */
export async function rolesOf({ client }: OpenDatabase, { runner, signal }: MakeContext): Promise<string> {
  return runClient(
    runner,
    client,
    'pg_dumpall',
    ['--roles-only', '--no-role-passwords', `--database=${client.database}`],
    { signal },
  );
}
