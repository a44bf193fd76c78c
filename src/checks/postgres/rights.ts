import type { Check, Judgement } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { inEach, type LoggedInEntry, ofPostgres, postgresContext, quoted } from './context.ts';
import { isBroken } from './primary.ts';

export const postgresRights: Check = {
  ...ofPostgres,
  id: 'postgres.rights',
  title: "Dify's roles can create tables, and the extension that the first migration needs",
  severity: error,
  remedy: 'make the role the owner of its database: ALTER DATABASE name OWNER TO role;',
  judge: (context) => {
    const seen = postgresContext(context);
    if (seen.facts.server?.isInRecovery === true) return notReached('postgres.primary');
    return inEach(seen, judgeEntry);
  },
};

/**
 * PostgreSQL error codes: read_only_sql_transaction, and undefined_function (gen_random_uuid() does not exist before
 * 13).
 */
const READ_ONLY = '25006';
const NO_FUNCTION = '42883';
/** None of the schemas of search_path exists. */
const NO_SCHEMA = '3F000';
/** The answer of a pooler in statement mode to BEGIN. */
const NO_TRANSACTION = '08P01';

function judgeEntry({ database, username, session }: LoggedInEntry): Judgement {
  const { table, uuid, schema, foreignTables, migrated = [] } = session;
  const expected = `${username} can create tables in ${database}`;
  const [db, role] = [quoted(database), quoted(username)];
  if (table.refused?.code === READ_ONLY) return notReached('postgres.primary');
  if (table.refused?.code === NO_FUNCTION) return notReached('postgres.version');
  if (table.refused?.code === NO_TRANSACTION) return notReached('postgres.pooler');
  if (table.refused !== undefined && isBroken(table.refused.code)) return notReached('postgres.primary');
  if (table.refused?.code === NO_SCHEMA) {
    return finding('fail', {
      observed: `${username} cannot create a table in ${database}: its search_path contains no schema that exists and that it may use`,
      expected,
      remedy: `ALTER ROLE ${role} RESET search_path; ALTER DATABASE ${db} RESET search_path; and, connected to ${db}: CREATE SCHEMA IF NOT EXISTS public; GRANT ALL ON SCHEMA public TO ${role};`,
    });
  }
  if (table.refused !== undefined) {
    const isDenied = table.refused.code === '42501';
    return finding('fail', {
      observed: `${username} cannot create a table in ${database}: ${table.refused.text}`,
      expected,
      remedy: isDenied
        ? `ALTER DATABASE ${db} OWNER TO ${role}; and, connected to ${db}: GRANT ALL ON SCHEMA public TO ${role};`
        : `find out why, connected to ${db} as ${role}: CREATE TABLE probe (id uuid DEFAULT gen_random_uuid());`,
    });
  }
  if (migrated.length > 0 && schema !== undefined && !migrated.includes(schema)) {
    return finding('fail', {
      observed: `Dify's tables of ${database} are in ${listed(migrated)}, and the search_path of ${username} selects ${schema}`,
      expected: `the search_path of ${username} selects ${listed(migrated)}`,
      remedy: `ALTER ROLE ${role} IN DATABASE ${db} SET search_path = ${quoted(migrated[0] ?? 'public')};`,
    });
  }
  if (foreignTables.count > 0) {
    const owners = foreignTables.owners.map(quoted).join(', ');
    return finding('fail', {
      observed: `${counted(foreignTables.count, 'table')} of ${database} ${foreignTables.count === 1 ? 'belongs' : 'belong'} to ${listed(foreignTables.owners)}: migrations run as ${username} cannot alter them`,
      expected,
      remedy: `connected to ${db}: REASSIGN OWNED BY ${owners} TO ${role};`,
    });
  }
  if (uuid?.refused?.code === NO_FUNCTION) {
    return finding('fail', {
      observed: `uuid-ossp of ${database} is in a schema that is not in the search_path of ${username}: ${uuid.refused.text}`,
      expected: 'uuid-ossp, which the first migration of the api uses',
      remedy: `as a superuser, connected to ${db}: ALTER EXTENSION "uuid-ossp" SET SCHEMA ${quoted(schema ?? 'public')};`,
    });
  }
  if (uuid?.refused !== undefined) {
    return finding('fail', {
      observed: `${username} cannot create the extension uuid-ossp in ${database}: ${uuid.refused.text}`,
      expected: 'uuid-ossp, which the first migration of the api creates',
      remedy: `as a superuser, connected to ${db}: CREATE EXTENSION "uuid-ossp"; (its files are in postgresql-contrib; managed services have a list of allowed extensions)`,
    });
  }
  const where = schema === undefined || schema === 'public' ? '' : ` (in schema ${schema})`;
  return pass(`${username} creates tables in ${database}${where}`, expected);
}
