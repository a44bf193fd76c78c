import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ExternalError, UserError } from '../base/errors.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import { kubectl } from '../exec/kubectl.ts';
import { pgProgram } from '../exec/pg-programs.ts';
import type { Runner, RunOptions } from '../exec/runner.ts';
import { runningPod } from '../exec/running-pod.ts';
import { COMPOSE_ADDRESSES, POSTGRES } from '../render/compose/names.ts';
import { BUNDLED_POSTGRES_USER, databaseLogin } from '../render/dify-env/postgres.ts';

/** One of Dify's two databases. */
export type DatabaseName = 'main' | 'plugin';

/** How to start a client of PostgreSQL on one database. No argument and no variable holds the password. */
export interface DatabaseClient {
  readonly database: string;
  /** Where the client runs, for messages: `pg.example.com:5432`, or `the container db_postgres`. */
  readonly where: string;
  /** Returns the whole command of a client program, with its login. `args` name the database. */
  command(program: string, args: readonly string[]): readonly string[];
  /** The same for a program that connects to no server: `pg_restore --list`. */
  offline(program: string, args: readonly string[]): readonly string[];
  /** Variables of the command. */
  readonly env: Readonly<Record<string, string>>;
}

export interface DatabaseInput {
  readonly deployment: Deployment;
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly runner: Runner;
  readonly kubeArgs: readonly string[];
  /** A folder of this user alone, for the file with the password. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Runs the program with the password of the container's own environment, so that it is in no argument. The official
 * image sets POSTGRES_PASSWORD; Bitnami's may set a file.
 */
const IN_CONTAINER = [
  'PGPASSWORD=$POSTGRES_PASSWORD',
  '[ -n "$PGPASSWORD" ] || PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE" 2>/dev/null)',
  'export PGPASSWORD',
  'exec "$@"',
].join('; ');

/**
 * Returns a client of one of Dify's databases: in the database's own container if it is bundled, otherwise from PATH.
 * Throws UserError if the password was not found, ExternalError if the bundled database does not run.
 */
export async function databaseClient(which: DatabaseName, input: DatabaseInput): Promise<DatabaseClient> {
  const { deployment } = input;
  if (deployment.postgres.mode === 'external') return externalClient(which, input);
  const { database } = databaseLogin(deployment.postgres, which, COMPOSE_ADDRESSES);
  return containerClient(await containerWords(input), database);
}

/** A command that runs in a container follows `words`. `where`: the container, for messages. */
interface InContainer {
  readonly words: readonly string[];
  readonly where: string;
}

/** Returns a client in a container of PostgreSQL, for one of its databases. */
export function containerClient({ words, where }: InContainer, database: string): DatabaseClient {
  return {
    database,
    where,
    env: {},
    command: (program, args) => [
      ...words,
      ...['sh', '-c', IN_CONTAINER, 'sh', program, `--username=${BUNDLED_POSTGRES_USER}`],
      ...args,
    ],
    offline: (program, args) => [...words, program, ...args],
  };
}

/** The words in front of a command that runs in the database's container of a Compose project. */
export function composeExec(project: string): readonly string[] {
  return ['docker', 'compose', '--ansi', 'never', '--project-name', project, 'exec', '-T', POSTGRES];
}

/** The words in front of a command that runs in the container of the bundled database. */
async function containerWords({ deployment, runner, kubeArgs, signal }: DatabaseInput): Promise<InContainer> {
  const { target, name } = deployment;
  if (target.type === 'compose') return { words: composeExec(name), where: `the container ${POSTGRES}` };
  const { namespace } = target;
  // The labels of Bitnami's chart, which is a dependency of the community chart.
  const labels = `app.kubernetes.io/instance=${name},app.kubernetes.io/name=postgresql,app.kubernetes.io/component=primary`;
  const pod = await runningPod(kubectl(runner, kubeArgs), { namespace, labels }, signal);
  if (pod === undefined) {
    throw new ExternalError(`${name} has no running pod of the bundled PostgreSQL`, {
      next: [`kubectl -n ${namespace} get pods -l ${labels}`],
    });
  }
  return { words: ['kubectl', ...kubeArgs, 'exec', '-i', '-n', namespace, pod, '--'], where: `pod ${pod}` };
}

const PROGRAMS: readonly string[] = ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql'];

/** A client from PATH, or of the server's own version. libpq reads the password from a file (0600) that PGPASSFILE names. */
async function externalClient(which: DatabaseName, input: DatabaseInput): Promise<DatabaseClient> {
  const { deployment, baseDirectory, secrets, folder } = input;
  const { postgres } = deployment;
  const { host, port, database, username, password } = databaseLogin(postgres, which, COMPOSE_ADDRESSES);
  const missing = secrets.unresolved.find(({ path }) => path === password);
  if (missing !== undefined) {
    throw new UserError(`${password} was not found: ${missing.reason}`, {
      next: ['difyctl checks explain config.secrets'],
    });
  }
  const file = join(folder, `pgpass-${which}`);
  const escaped = secrets.get(password).replace(/[\\:]/g, '\\$&');
  await writeFile(file, `*:*:*:*:${escaped}\n`, { mode: 0o600 });
  const tls = postgres.mode === 'external' ? postgres.tls : undefined;
  const client: DatabaseClient = {
    database,
    where: `${host}:${port}`,
    env: {
      PGPASSFILE: file,
      PGSSLMODE: tls?.mode ?? 'prefer',
      ...(tls?.caFile === undefined ? {} : { PGSSLROOTCERT: resolve(baseDirectory, tls.caFile) }),
      PGCONNECT_TIMEOUT: '15',
      PGPASSWORD: '',
    },
    command: (program, args) => [
      program,
      ...['--no-password', `--host=${host}`, `--port=${port}`, `--username=${username}`],
      ...args,
    ],
    offline: (program, args) => [program, ...args],
  };
  return withPrograms(client, await serverVersion(client, input), input);
}

/** The version of the server, such as `15.20`. Empty if it does not answer: what uses the client reports that. */
async function serverVersion(client: DatabaseClient, { runner, signal }: DatabaseInput): Promise<string> {
  const shown = queryLines(runner, client, 'SHOW server_version', { signal }).catch((error: unknown) => {
    if (error instanceof ExternalError) return [];
    throw error;
  });
  return (await shown)[0] ?? '';
}

/** The same client with the programs of the server's major version, as far as this machine has them. */
async function withPrograms(
  client: DatabaseClient,
  server: string,
  { runner, signal }: DatabaseInput,
): Promise<DatabaseClient> {
  const found = new Map(
    await Promise.all(PROGRAMS.map(async (name) => [name, await pgProgram(runner, name, server, { signal })] as const)),
  );
  const own = (program: string): string => found.get(program) ?? program;
  return {
    ...client,
    command: (program, args) => client.command(own(program), args),
    offline: (program, args) => client.offline(own(program), args),
  };
}

/** Runs a client program and returns its output. Throws ExternalError. */
export async function runClient(
  runner: Runner,
  { command, env }: DatabaseClient,
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  const [first = '', ...words] = command(program, args);
  return (await runner.run(first, words, { ...options, env: { ...env, ...options.env } })).stdout;
}

/** Returns the only column of the rows of a query, a line each. Throws ExternalError. */
export async function queryLines(
  runner: Runner,
  client: DatabaseClient,
  sql: string,
  options: RunOptions,
): Promise<readonly string[]> {
  const plain = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', `--dbname=${client.database}`, '-c', sql];
  const text = await runClient(runner, client, 'psql', plain, options);
  return text.split('\n').filter((line) => line !== '');
}

/** Tables that are not the server's own or an extension's. */
const TABLES = `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1`;

/** Returns the names of the tables of a database, sorted. Throws ExternalError. */
export function tablesOf(runner: Runner, client: DatabaseClient, options: RunOptions): Promise<readonly string[]> {
  return queryLines(runner, client, TABLES, options);
}
