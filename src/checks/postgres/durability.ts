import type { ServerFact } from '../../evidence/postgres/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { errorInProdElseWarning } from '../when.ts';
import { loginsIn, ofAll, ofPostgres, type PostgresContext, postgresContext, quoted, serverIn } from './context.ts';

export const postgresDurability: Check = {
  ...ofPostgres,
  id: 'postgres.durability',
  title: 'what PostgreSQL has confirmed is still there after a crash',
  severity: errorInProdElseWarning,
  remedy: 'ALTER SYSTEM RESET fsync; ALTER SYSTEM RESET full_page_writes; SELECT pg_reload_conf();',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const expected = 'fsync, full_page_writes and synchronous_commit on';
    if (seen.deployment.tier === 'test') return pass('not asked of a test', expected);
    // The storage of a managed service may do what these settings do elsewhere.
    if (seen.postgres.managed !== undefined) return pass(`left to ${seen.postgres.managed.by}`, expected);
    return ofAll(seen, [['server', judgeServer(server, expected)], ...judgeSessions(seen, expected)]);
  },
};

function judgeServer({ settings = {} }: ServerFact, expected: string): Judgement {
  if (settings.fsync === 'off') {
    return finding('fail', {
      observed: 'fsync is off',
      expected,
      message: 'fsync is off: a crash of the machine leaves a database that may not start again',
      remedy: 'ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();',
    });
  }
  if (settings.full_page_writes === 'off') {
    return finding('warn', {
      observed: 'full_page_writes is off',
      expected,
      message: 'full_page_writes is off: a crash may leave pages half written, unless the file system cannot (ZFS)',
      remedy: 'ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();',
    });
  }
  return pass('the log is written out before a commit is confirmed', expected);
}

function judgeSessions(seen: PostgresContext, expected: string): readonly (readonly [string, Judgement])[] {
  const entered = loginsIn(seen);
  if ('status' in entered) return [];
  return entered.map(({ database, username, session }) => {
    if (session.settings.synchronous_commit?.value !== 'off')
      return [database, pass('commits wait for the log', expected)];
    const observed = `synchronous_commit is off for ${username} in ${database}`;
    const message = `${observed}: what was confirmed in the last moments before a crash is lost`;
    const [db, role] = [quoted(database), quoted(username)];
    const remedy = `ALTER ROLE ${role} IN DATABASE ${db} SET synchronous_commit = on;`;
    return [database, finding('warn', { observed, expected, message, remedy })];
  });
}
