import type { SessionSetting } from '../../evidence/postgres/session-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning } from '../when.ts';
import { inEach, type LoggedInEntry, ofPostgres, postgresContext, quoted } from './context.ts';

/**
 * Seconds. A shorter limit ends normal work of Dify. `breaks`: indexes over the tables of messages are built in
 * minutes, so a migration would never finish. `tight`: big installations and long answers would reach it.
 */
const LEAST: Partial<Readonly<Record<SessionSetting, { readonly breaks: number; readonly tight: number }>>> = {
  statement_timeout: { breaks: 60, tight: 300 },
  transaction_timeout: { breaks: 60, tight: 300 },
  idle_in_transaction_session_timeout: { breaks: 0, tight: 60 },
  idle_session_timeout: { breaks: 0, tight: 60 },
  lock_timeout: { breaks: 0, tight: 5 },
};

export const postgresStatementTimeout: Check = {
  ...ofPostgres,
  id: 'postgres.statement-timeout',
  title: 'no time limit of PostgreSQL ends a migration or a long answer',
  severity: errorInProdElseWarning,
  remedy: 'ALTER ROLE name SET statement_timeout = 0;',
  judge: (context) => inEach(postgresContext(context), judgeEntry),
};

function judgeEntry({ database, username, session }: LoggedInEntry): Judgement {
  const values = new Map(
    Object.entries(session.settings).map(([name, setting]) => [name, Number(setting?.value ?? 0) / 1000]),
  );
  const limits = Object.entries(LEAST).map(([name, least]) => ({ name, ...least, seconds: values.get(name) ?? 0 }));
  const short = limits.filter(({ seconds, tight }) => seconds > 0 && seconds < tight);
  if (short.length === 0) return pass(`no short limit for ${username} in ${database}`, 'no short limits');
  const isBroken = short.some(({ seconds, breaks }) => seconds < breaks);
  return finding(isBroken ? 'fail' : 'warn', {
    observed: `for ${username} in ${database}, ${listed(short.map(({ name, seconds }) => `${name} is ${seconds} s`))}`,
    expected: listed(short.map(({ name, tight }) => `${name} 0 or at least ${tight} s`)),
    remedy: short
      .map(({ name }) => `ALTER ROLE ${quoted(username)} IN DATABASE ${quoted(database)} SET ${name} = 0;`)
      .join(' '),
  });
}
