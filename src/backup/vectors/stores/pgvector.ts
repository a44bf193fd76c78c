import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError, UserError } from '../../../base/errors.ts';
import { makeTemporaryFolder } from '../../../base/temporary-folder.ts';
import type { Runner } from '../../../exec/runner.ts';
import { type OpenCopies, scratchNames, type VectorCopies } from '../copies.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Where Dify's unqualified names are created. */
const LIVE = 'public';

/** A program of PostgreSQL on the database of the vectors. Returns its output. */
type Run = (program: 'psql' | 'pg_dump', args: readonly string[]) => Promise<string>;

/**
 * Copies of pgvector's tables: the definition of each by pg_dump, its rows by COPY. A drill restores into a schema of
 * its own, because a dump cannot be restored under another name of a table.
 */
export const openCopies: OpenCopies = async ({ store, secret, runner, signal }) => {
  if (store.provider !== 'pgvector') throw new Error(`${store.provider} is not pgvector`);
  const { host, port, username, database } = store.pgvector;
  const login = { host, port, username, database, password: secret('password') ?? '' };
  const run: Run = (program, args) => runWith(login, runner, signal, program, args);
  const query = async (sql: string): Promise<string> => (await run('psql', ['-A', '-t', '-c', sql])).trim();
  const where = `pgvector at ${host}:${port}`;
  const version = await query("SELECT extversion FROM pg_extension WHERE extname = 'vector'").catch(
    (error: unknown) => {
      throw isAbsent(error)
        ? new UserError(`the database ${database} of ${where} does not exist`, {
            next: [`createdb -h ${host} -p ${port} -U ${username} ${database}`],
          })
        : error;
    },
  );
  return {
    engine: `pgvector ${version}`,
    where,
    requireCopies: async () => {
      if (version === '')
        throw new UserError(`the database ${database} of ${where} has no extension vector, so that it has no vectors`, {
          next: ['check vectorStore.pgvector.database'],
        });
    },
    save: async (collections, { folder, onDone }) => {
      for (const [index, name] of collections.entries()) {
        await saveOne(run, tableOf(name), folder);
        onDone(index + 1);
      }
      return { server: version };
    },
    restore: async (collections, { folder, onDone }, scratch) => {
      await query('CREATE EXTENSION IF NOT EXISTS vector');
      if (scratch !== undefined) await query(`CREATE SCHEMA IF NOT EXISTS ${scratch}`);
      for (const [index, name] of collections.entries()) {
        await restoreOne(run, tableOf(name), scratch ?? LIVE, folder);
        onDone(index + 1);
      }
    },
    count: async (name, _dataset, scratch) => {
      const table = `${scratch ?? LIVE}."${tableOf(name)}"`;
      if ((await query(`SELECT to_regclass('${table}') IS NOT NULL`)) !== 't') return undefined;
      return Number(await query(`SELECT count(*) FROM ${table}`));
    },
    remove: async (collections, scratch) => {
      for (const name of collections) await query(`DROP TABLE IF EXISTS ${scratch ?? LIVE}."${tableOf(name)}"`);
    },
    leftScratch: async () => scratchNames((await query('SELECT nspname FROM pg_namespace')).split('\n')),
    removeScratch: async (scratch) => void (await query(`DROP SCHEMA IF EXISTS ${scratch} CASCADE`)),
  } satisfies VectorCopies;
};

/** Dify creates the extension and the tables, and no database. */
function isAbsent(error: unknown): boolean {
  return error instanceof ExternalError && error.stderr.some((line) => /database ".*" does not exist$/.test(line));
}

/** Bytes of the longest name in PostgreSQL; a longer one is cut (postgresql.org, Identifiers and Key Words). */
const NAME_BYTES = 63;

/**
 * PostgreSQL folds and cuts the name, which Dify does not quote (langgenius/dify, vdb-pgvector, pgvector.py): with an
 * id, `embedding_Vector_index_…_Node` has 64 characters. pg_dump does not cut the name that it looks for.
 */
function tableOf(collection: string): string {
  return `embedding_${collection}`.toLowerCase().slice(0, NAME_BYTES);
}

interface Login {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly database: string;
  readonly password: string;
}

/** The password is in a file (0600) that is removed afterwards. TLS is that of Dify's client, which sets no option. */
async function runWith(
  { host, port, username, database, password }: Login,
  runner: Runner,
  signal: AbortSignal,
  program: string,
  args: readonly string[],
): Promise<string> {
  const folder = await makeTemporaryFolder();
  try {
    const file = join(folder, 'pgpass');
    await writeFile(file, `*:*:*:*:${password.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 });
    const place = [`--host=${host}`, `--port=${port}`, `--username=${username}`, `--dbname=${database}`];
    const quiet = program === 'psql' ? ['-X', '-q', '-v', 'ON_ERROR_STOP=1'] : [];
    const env = { PGPASSFILE: file, PGPASSWORD: '', PGSSLMODE: 'prefer', PGCONNECT_TIMEOUT: '15' };
    const words = ['--no-password', ...place, ...quiet, ...args];
    return (await runner.run(program, words, { env: { ...env, PGOPTIONS: QUIET }, signal, timeoutMs: DAY_MS })).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Without notices that something exists already. */
const QUIET = '-c client_min_messages=warning';

/** The files of a table: its columns, its rows, and its key and indexes. */
const filesOf = (table: string, folder: string) => ({
  columns: join(folder, `${table}.columns.sql`),
  rows: join(folder, `${table}.rows`),
  indexes: join(folder, `${table}.indexes.sql`),
});

async function saveOne(run: Run, table: string, folder: string): Promise<void> {
  const files = filesOf(table, folder);
  const common = ['--no-owner', '--no-privileges', `--table=${LIVE}."${table}"`];
  await run('pg_dump', [...common, '--section=pre-data', `--file=${files.columns}`]);
  await run('pg_dump', [...common, '--section=post-data', `--file=${files.indexes}`]);
  await run('psql', ['-c', `\\copy ${LIVE}."${table}" TO ${quoted(files.rows)}`]);
}

/** Restores a table in one transaction. The index is created after the rows, which is faster. */
async function restoreOne(run: Run, table: string, schema: string, folder: string): Promise<void> {
  const files = filesOf(table, folder);
  const columns = await inSchema(files.columns, table, schema);
  const indexes = await inSchema(files.indexes, table, schema);
  const rows = `\\copy ${schema}."${table}" FROM ${quoted(files.rows)}`;
  await run('psql', ['--single-transaction', '-f', columns, '-c', rows, '-f', indexes]);
}

/** Writes the statements with another schema of the table beside the file. Returns its path. */
async function inSchema(file: string, table: string, schema: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  const path = `${file}.${schema}`;
  await writeFile(path, text.replaceAll(`${LIVE}.${table}`, `${schema}.${table}`), { mode: 0o600 });
  return path;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "''")}'`;
}
