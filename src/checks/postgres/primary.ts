import type { Check, Judgement } from '../check.ts';
import { fault, pass } from '../judgement.ts';
import { error } from '../when.ts';
import type { EnteredEntry } from './seen.ts';
import { enteredIn, ofAll, ofPostgres, quoted, seenOf, serverIn } from './seen.ts';

export const postgresPrimary: Check = {
  ...ofPostgres,
  id: 'postgres.primary',
  title: 'PostgreSQL takes writes: a primary, and nothing set to read-only',
  severity: error,
  remedy: 'point postgres.host at the primary, or at a name that follows it',
  judge: (context) => {
    const seen = seenOf(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const expected = 'a primary that takes writes';
    if (server.isInRecovery) {
      return fault('fail', {
        observed: `${seen.facts.address} is a standby (in recovery)`,
        expected,
        message: `${seen.facts.address} is a standby: it takes connections and no writes`,
      });
    }
    const entered = enteredIn(seen);
    if ('status' in entered) return pass('a primary', expected);
    return ofAll(
      seen,
      entered.map((entry) => [entry.database, judgeEntry(entry)] as const),
    );
  },
};

/** PostgreSQL: read_only_sql_transaction. */
const READ_ONLY = '25006';

function judgeEntry({ database, username, session }: EnteredEntry): Judgement {
  const expected = `${username} may write in ${database}`;
  const readOnly = session.settings.default_transaction_read_only;
  const isReadOnly = readOnly?.value === 'on' || session.table.refused?.code === READ_ONLY;
  if (!isReadOnly) return pass(`${username} writes in ${database}`, expected);
  const source = readOnly?.source ?? '';
  return fault('fail', {
    observed: `transactions of ${username} in ${database} are read-only${source === '' ? '' : ` (default_transaction_read_only, from ${source})`}`,
    expected,
    remedy: WRITABLE[source]?.(quoted(database), quoted(username)) ?? WHOLE_SERVER,
  });
}

const WHOLE_SERVER = 'ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf();';

/** By where pg_settings says that the setting comes from. */
const WRITABLE: Readonly<Record<string, (database: string, role: string) => string>> = {
  database: (database) => `ALTER DATABASE ${database} RESET default_transaction_read_only;`,
  user: (_, role) => `ALTER ROLE ${role} RESET default_transaction_read_only;`,
  'database user': (database, role) =>
    `ALTER ROLE ${role} IN DATABASE ${database} RESET default_transaction_read_only;`,
};
