import { CollectionError, type Collector, evidenceKey } from '../../evidence.ts';
import { type Inside, runInside } from './exec.ts';

/** The connections of the main database's server, as it counts them now. */
export interface ConnectionsFact {
  /** Connections of all clients to all databases of the server. Undefined if the server refused a new one. */
  readonly used: number | undefined;
  /** `max_connections` of the server. Undefined if it refused one more. */
  readonly limit: number | undefined;
  /** Of the limit, those that only superusers and roles with a reservation may open. */
  readonly reserved: number;
}
export const APP_CONNECTIONS = evidenceKey<Inside<ConnectionsFact>>('app.connections', 1);

export const appConnectionsCollector: Collector<Inside<ConnectionsFact>> = {
  key: APP_CONNECTIONS,
  timeoutMs: 60_000,
  collect: (context, need) => {
    const command = ['python3', '-c', CONNECTIONS_PROGRAM];
    return runInside(context, need, { component: 'api', command, timeoutMs: 30_000 }, parseConnections);
  },
};

const MARK = 'difyctl-connections';

/**
 * `numbackends` may be read by every role; `pg_stat_activity` hides rows of others. Since PostgreSQL 16 a second
 * setting reserves connections.
 */
const STATEMENT =
  'SELECT (SELECT sum(numbackends) FROM pg_stat_database WHERE datname IS NOT NULL)::int, ' +
  "current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int " +
  "+ coalesce(current_setting('reserved_connections', true), '0')::int";

/**
 * A program for the Python of Dify's image, which has psycopg2. Reads the login from the environment of the api. Prints
 * `full` if the server refuses the connection because it has no slot left (PostgreSQL, error 53300).
 */
export const CONNECTIONS_PROGRAM = `import os, urllib.parse, psycopg2
e = os.environ
extras = dict(urllib.parse.parse_qsl(e.get("DB_EXTRAS", "")))
login = dict(host=e["DB_HOST"], port=e["DB_PORT"], user=e["DB_USERNAME"], password=e["DB_PASSWORD"], dbname=e["DB_DATABASE"])
try:
    cursor = psycopg2.connect(connect_timeout=10, **login, **extras).cursor()
    cursor.execute("""${STATEMENT}""")
    print("${MARK}", *cursor.fetchone())
except psycopg2.OperationalError as fault:
    if "too many" not in str(fault) and "connection slots" not in str(fault):
        raise
    print("${MARK} full")`;

/** Parses the output of the program. Throws CollectionError if the line with the numbers is missing. */
export function parseConnections(output: string): ConnectionsFact {
  const line = output.split('\n').find((one) => one.startsWith(`${MARK} `)) ?? '';
  const [, used, limit, reserved] = /^\S+ (\d+) (\d+) (\d+)$/.exec(line) ?? [];
  if (used !== undefined) return { used: Number(used), limit: Number(limit), reserved: Number(reserved) };
  if (line === `${MARK} full`) return { used: undefined, limit: undefined, reserved: 0 };
  throw new CollectionError('absent', 'the number of connections, which the api did not print');
}
