import type { EntryFact } from '../../evidence/postgres/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { ofAll, ofPostgres, type PostgresContext, postgresContext, quoted, stoppedBefore } from './context.ts';

/**
 * The api never creates its database. The plugin daemon creates its own through the database `postgres` if its role may
 * (plugin daemon 0.6.3).
 */
export const postgresDatabases: Check = {
  ...ofPostgres,
  id: 'postgres.databases',
  title: "both of Dify's databases exist, and its roles can connect to them",
  severity: error,
  remedy: 'create the databases that postgres.databases names',
  judge: (context) => {
    const seen = postgresContext(context);
    return (
      stoppedBefore(seen) ??
      ofAll(
        seen,
        seen.facts.entries.map((entry) => [entry.database, judgeEntry(entry, seen)] as const),
      )
    );
  },
};

function judgeEntry(entry: EntryFact, seen: PostgresContext): Judgement {
  const { database, username, fault: refused, catalog } = entry;
  const expected = `${username} can connect to ${database}`;
  switch (refused?.kind) {
    case undefined:
      return pass(`${username} connected to ${database}`, expected);
    case 'no-database':
      return missing(entry, seen);
    case 'closed-database':
      return finding('fail', {
        observed: `${database} accepts no connections`,
        expected,
        remedy: `ALTER DATABASE ${quoted(database)} ALLOW_CONNECTIONS true;`,
      });
    case 'no-connect':
      return finding('fail', {
        observed: `${username} lacks CONNECT on ${database}`,
        expected,
        remedy: `GRANT CONNECT, TEMPORARY ON DATABASE ${quoted(database)} TO ${quoted(username)};`,
      });
    case 'database-limit': {
      const limit = catalog === undefined ? '' : ` of ${counted(Math.max(0, catalog.connectionLimit), 'connection')}`;
      return finding('fail', {
        observed: `${database} has reached its CONNECTION LIMIT${limit}`,
        expected,
        remedy: `ALTER DATABASE ${quoted(database)} CONNECTION LIMIT -1;`,
      });
    }
    default:
      return notReached('postgres.login');
  }
}

function missing({ which, database, username, mayEnterPostgres }: EntryFact, { facts }: PostgresContext): Judgement {
  const canCreate = facts.roles.some(({ name, mayCreateDatabases }) => name === username && mayCreateDatabases);
  const expected = which === 'main' ? `a database ${database}` : `a database ${database}, or a role that may create it`;
  const isCreated = canCreate && mayEnterPostgres === true && UNQUOTED.test(database);
  if (which === 'plugin' && isCreated) {
    return pass(`${database} does not exist yet; the plugin daemon creates it as ${username}`, expected);
  }
  const why =
    which === 'main' ? 'the api never creates it' : whyNotCreated(canCreate, mayEnterPostgres === true, username);
  return finding('fail', {
    observed: `database ${database} does not exist, and ${why}`,
    expected,
    remedy: `CREATE DATABASE ${quoted(database)} OWNER ${quoted(username)} ENCODING 'UTF8' TEMPLATE template0;`,
  });
}

/** The plugin daemon does not quote the name in its statement (plugin daemon 0.6.3). */
const UNQUOTED = /^[a-z_][a-z0-9_]*$/;

function whyNotCreated(canCreate: boolean, mayEnterPostgres: boolean, username: string): string {
  if (!canCreate) return `${username} may not create it (no CREATEDB)`;
  return mayEnterPostgres
    ? 'the plugin daemon cannot create it, because it does not quote the name'
    : `${username} cannot connect to the database postgres, from which the plugin daemon would create it`;
}
