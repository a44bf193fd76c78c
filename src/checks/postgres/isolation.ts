import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { inEach, type LoggedInEntry, ofPostgres, postgresContext, quoted } from './context.ts';

/**
 * PostgreSQL's default, which Dify's code relies on: a transaction that conflicts with another waits, then continues.
 */
const USUAL = 'read committed';

export const postgresIsolation: Check = {
  ...ofPostgres,
  id: 'postgres.isolation',
  title: 'transactions of Dify use the isolation level that its code expects',
  severity: error,
  remedy: 'ALTER ROLE name RESET default_transaction_isolation;',
  judge: (context) => inEach(postgresContext(context), judgeEntry),
};

function judgeEntry({ database, username, session }: LoggedInEntry): Judgement {
  const level = session.settings.default_transaction_isolation?.value ?? USUAL;
  if (level === USUAL || level === 'read uncommitted') return pass(level, USUAL);
  const observed = `default_transaction_isolation is ${level} for ${username} in ${database}`;
  return finding('fail', {
    observed,
    expected: USUAL,
    message: `${observed}: PostgreSQL ends conflicting transactions with "could not serialize access", and Dify does not retry them`,
    remedy: `ALTER ROLE ${quoted(username)} IN DATABASE ${quoted(database)} SET default_transaction_isolation = 'read committed';`,
  });
}
