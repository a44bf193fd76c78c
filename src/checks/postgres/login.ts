import { wholeDays } from '../../base/duration.ts';
import { ENDPOINTS } from '../../evidence/endpoints.ts';
import type { EntryFact, LoginFault } from '../../evidence/postgres/facts.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';
import { faultStatus, notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { ofAll, ofPostgres, type PostgresContext, postgresContext, quoted, stoppedBefore } from './context.ts';

/** Days before a password expires at which it is a finding. */
const RENEW_DAYS = 30;

export const postgresLogin: Check = {
  ...ofPostgres,
  id: 'postgres.login',
  title: "Dify's roles can log in to PostgreSQL",
  severity: error,
  optional: [ENDPOINTS],
  remedy: 'correct postgres.username and postgres.password, or the role on the server',
  judge: (context) => {
    const seen = postgresContext(context);
    const { fault: ended, entries, address } = seen.facts;
    const expected = 'a login for every role in the file';
    if (ended?.stage === 'login' || ended?.stage === 'use') {
      return finding('fail', { observed: `${address} ${ended.text}`, expected, remedy: SILENT });
    }
    const stopped = stoppedBefore(seen);
    if (stopped !== undefined) return lostSince(context, seen) ?? stopped;
    // One role in two databases with the same failure is reported once.
    const roles = new Map(entries.map((entry) => [`${entry.username} ${entry.fault?.kind ?? ''}`, entry]));
    return ofAll(
      seen,
      [...roles.values()].map((entry) => [entry.username, judgeEntry(entry, seen, context.now)] as const),
    );
  },
};

/**
 * A finding if the port connected for `postgres.reachable` but not for the login; no other check reports that.
 * Undefined otherwise.
 */
function lostSince(context: JudgeContext, { facts, deployment, from }: PostgresContext): Judgement | undefined {
  const { fault: ended } = facts;
  const reached = context.optionalEvidence(ENDPOINTS)?.data?.filter(({ service }) => service === 'postgres') ?? [];
  const isSaid = reached.length === 0 || reached.some((endpoint) => endpoint.fault !== undefined);
  if (ended === undefined || ended.stage === 'tls' || isSaid) return undefined;
  return finding(faultStatus(ended, deployment, from), {
    observed: `${facts.address} connected once, and then ${ended.text}`,
    expected: 'a port that accepts every connection',
    remedy: 'look for a connection limit, or for a load balancer with a failed server behind it',
  });
}

const SILENT =
  'find out which program listens on this port, or why the server does not answer: PostgreSQL answers at once';

function judgeEntry(entry: EntryFact, seen: PostgresContext, now: Date): Judgement {
  const { fault: refused, username } = entry;
  if (refused === undefined || DATABASE_FAULTS.has(refused.kind)) return judgePassword(username, seen, now);
  if (refused.kind === 'no-secret') return notReached('config.secrets');
  const { observed, remedy } = WORDS[refused.kind](entry, seen, refused, now);
  return finding('fail', {
    observed,
    expected: `${username} can log in`,
    message: `${observed} (${refused.code})`,
    remedy,
  });
}

/** Failures of one database, which `postgres.databases` reports. */
const DATABASE_FAULTS: ReadonlySet<LoginFault['kind']> = new Set([
  'no-database',
  'closed-database',
  'no-connect',
  'database-limit',
]);

type Words = (
  entry: EntryFact,
  seen: PostgresContext,
  refused: LoginFault,
  now: Date,
) => { observed: string; remedy: string };

const other: Words = ({ username }, { facts }, { text }) => ({
  observed: `${facts.address} refuses ${username}: ${text}`,
  remedy: 'check the log of the server at the same time',
});

const WORDS: Readonly<Record<LoginFault['kind'], Words>> = {
  password: ({ username }, { facts }, _, now) => {
    const until = facts.roles.find(({ name }) => name === username)?.validUntil;
    if (until !== undefined && Date.parse(until) <= now.getTime()) {
      return {
        observed: `the password of ${username} is refused: it was valid until ${until}`,
        remedy: `ALTER ROLE ${quoted(username)} VALID UNTIL 'infinity';`,
      };
    }
    return {
      observed: `the password of ${username} is refused: it is wrong, the role does not exist, or its VALID UNTIL has passed`,
      remedy: `ALTER ROLE ${quoted(username)} PASSWORD '…' VALID UNTIL 'infinity'; or correct the secret that the file refers to`,
    };
  },
  role: ({ username }, _, { text }) => ({
    observed: `${username} may not log in: ${text}`,
    remedy: `ALTER ROLE ${quoted(username)} LOGIN;`,
  }),
  access: ({ username, database }, { postgres }, { text }) => ({
    observed: `the server's access rules refuse ${username}: ${text}`,
    remedy:
      postgres.tls.mode === 'disable'
        ? `if the server accepts only TLS, set postgres.tls.mode to verify-full; otherwise add to pg_hba.conf: host ${database} ${username} ADDRESSES scram-sha-256`
        : `add to pg_hba.conf, then SELECT pg_reload_conf(): hostssl ${database} ${username} ADDRESSES scram-sha-256`,
  }),
  'role-limit': ({ username }, { facts }) => {
    const limit = facts.roles.find(({ name }) => name === username)?.connectionLimit;
    const words = limit === undefined || limit < 0 ? '' : ` of ${counted(limit, 'connection')}`;
    return {
      observed: `${username} has reached its CONNECTION LIMIT${words}`,
      remedy: `ALTER ROLE ${quoted(username)} CONNECTION LIMIT -1;`,
    };
  },
  'server-limit': (_, { facts }) => ({
    observed: `${facts.address} has no connection left`,
    remedy:
      'raise max_connections, or find out who uses them: SELECT usename, datname, count(*) FROM pg_stat_activity GROUP BY 1, 2;',
  }),
  'not-ready': (_, { facts }, { text }) => ({
    observed: `${facts.address} accepts no logins now: ${text}`,
    remedy: 'wait until the server has started, then re-run difyctl',
  }),
  silent: (_, { facts }, { text }) => ({ observed: `${facts.address} ${text}`, remedy: SILENT }),
  'database-limit': other,
  'no-database': other,
  'closed-database': other,
  'no-connect': other,
  'no-secret': other,
  other,
};

/** Warns if the password expires within `RENEW_DAYS`. */
function judgePassword(username: string, { facts }: PostgresContext, now: Date): Judgement {
  const expected = `a login for ${username}`;
  const until = facts.roles.find(({ name }) => name === username)?.validUntil;
  if (until === undefined) return pass(`${username} logged in`, expected);
  const days = wholeDays(Date.parse(until) - now.getTime());
  if (days >= RENEW_DAYS)
    return pass(`${username} logged in; its password is valid until ${until.slice(0, 10)}`, expected);
  return finding('warn', {
    observed: `the password of ${username} is valid until ${until} (${counted(Math.max(0, days), 'day')} left)`,
    expected: 'a password that is valid for 30 days or more',
    remedy: `ALTER ROLE ${quoted(username)} VALID UNTIL 'infinity';`,
  });
}
