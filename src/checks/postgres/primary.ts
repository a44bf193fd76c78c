import type { ServerFact } from '../../evidence/postgres/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import type { LoggedInEntry } from './context.ts';
import { loginsIn, ofAll, ofPostgres, type PostgresContext, postgresContext, quoted, serverIn } from './context.ts';
import { requiredStandbys } from './synchronous.ts';

export const postgresPrimary: Check = {
  ...ofPostgres,
  id: 'postgres.primary',
  title: 'PostgreSQL is a primary and accepts writes',
  severity: error,
  remedy: 'point postgres.host at the primary, or at a name that follows it',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const expected = 'a primary that accepts writes';
    const several = judgeTurns(seen, server, expected);
    if (several !== undefined) return several;
    if (server.isInRecovery) {
      return finding('fail', {
        observed: `${seen.facts.address} is a standby (in recovery)`,
        expected,
        message: `${seen.facts.address} is a standby: it accepts connections, but no writes`,
      });
    }
    const entered = loginsIn(seen);
    if ('status' in entered) return pass('a primary', expected);
    return ofAll(
      seen,
      entered.map((entry) => [entry.database, judgeEntry(entry, server)] as const),
    );
  },
};

/**
 * Fails if both a primary and a standby, or several primaries, answer at the address by turns: behind a balancer, or a
 * name with several addresses. Undefined otherwise.
 */
function judgeTurns({ facts, postgres }: PostgresContext, server: ServerFact, expected: string): Judgement | undefined {
  const entered = facts.entries.flatMap(({ session }) =>
    session === undefined ? [] : [session.isInRecovery === true],
  );
  const turns = server.backends ?? [];
  const all = [server.isInRecovery, ...entered, ...turns.map(({ isInRecovery }) => isInRecovery)];
  const standbys = all.filter((isStandby) => isStandby).length;
  if (standbys > 0 && standbys < all.length) {
    return finding('fail', {
      observed: `${standbys} of ${counted(all.length, 'connection')} to ${facts.address} reached a standby`,
      expected,
      message: `${facts.address} leads to a primary and to a standby: ${standbys} of ${counted(all.length, 'connection')} reached the standby, which accepts no writes`,
      remedy:
        'make the load balancer or the DNS name lead only to the primary; a health check is SELECT pg_is_in_recovery();',
    });
  }
  const starts = new Set([server.startedAt, ...turns.map(({ startedAt }) => startedAt)]);
  if (standbys > 0 || turns.length === 0 || starts.size < 2 || postgres.managed !== undefined) return undefined;
  return finding('fail', {
    observed: `${counted(starts.size, 'server')} that accept writes answer at ${facts.address} in turn`,
    expected: 'one primary',
    message: `${counted(starts.size, 'server')} that accept writes answer at ${facts.address} in turn: data that is written to one is missing in the other`,
    remedy: 'make the load balancer or the DNS name lead to one primary; after a failover, stop the old one',
  });
}

/** PostgreSQL error code: read_only_sql_transaction. */
const READ_ONLY = '25006';

/**
 * True if the server itself is broken. PostgreSQL, errcodes.txt: class 53 is a missing resource (53100 disk_full), 58 a
 * failure of the system, XX an internal error.
 */
export function isBroken(code: string): boolean {
  return /^(53|58|XX)/.test(code);
}

function judgeEntry({ database, username, session }: LoggedInEntry, { replication }: ServerFact): Judgement {
  const { refused } = session.table;
  if (refused !== undefined && isBroken(refused.code)) {
    return finding('fail', {
      observed: `${database} accepts no writes: ${refused.text} (${refused.code})`,
      expected: `${username} may write in ${database}`,
      remedy: 'free disk space on the server (SHOW data_directory;), and read the log of the server',
    });
  }
  if (session.commit === 'waits') {
    if (requiredStandbys(replication?.required ?? '').count > 0) return notReached('postgres.replication');
    return finding('fail', {
      observed: `a commit in ${database} does not finish`,
      expected: 'a commit within 3 s',
      remedy: "SELECT pid, wait_event_type, wait_event, query FROM pg_stat_activity WHERE state = 'active';",
    });
  }
  const expected = `${username} may write in ${database}`;
  const readOnly = session.settings.default_transaction_read_only;
  const isReadOnly = readOnly?.value === 'on' || session.table.refused?.code === READ_ONLY;
  if (!isReadOnly) return pass(`${username} writes in ${database}`, expected);
  const source = readOnly?.source ?? '';
  return finding('fail', {
    observed: `transactions of ${username} in ${database} are read-only${source === '' ? '' : ` (default_transaction_read_only, from ${source})`}`,
    expected,
    remedy: WRITABLE[source]?.(quoted(database), quoted(username)) ?? WHOLE_SERVER,
  });
}

const WHOLE_SERVER = 'ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf();';

/** The statement that resets the setting, by its source in pg_settings. */
const WRITABLE: Readonly<Record<string, (database: string, role: string) => string>> = {
  database: (database) => `ALTER DATABASE ${database} RESET default_transaction_read_only;`,
  user: (_, role) => `ALTER ROLE ${role} RESET default_transaction_read_only;`,
  'database user': (database, role) =>
    `ALTER ROLE ${role} IN DATABASE ${database} RESET default_transaction_read_only;`,
};
