import type { ServerFact } from '../../evidence/postgres/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { errorInProdElseWarning } from '../when.ts';
import { loginsIn, ofAll, ofPostgres, type PostgresContext, postgresContext, quoted, serverIn } from './context.ts';

export const postgresDurability: Check = {
  ...ofPostgres,
  id: 'postgres.durability',
  title: 'PostgreSQL keeps every confirmed commit after a crash',
  severity: errorInProdElseWarning,
  remedy: 'ALTER SYSTEM RESET fsync; ALTER SYSTEM RESET full_page_writes; SELECT pg_reload_conf();',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const expected = 'fsync, full_page_writes and synchronous_commit on';
    if (seen.deployment.tier === 'test') return pass('not required in test', expected);
    // The storage of a managed service may do what these settings do elsewhere.
    if (seen.postgres.managed !== undefined) return pass(`${seen.postgres.managed.by} is responsible for it`, expected);
    return ofAll(seen, [['server', judgeServer(server, expected)], ...judgeSessions(seen, expected)]);
  },
};

function judgeServer({ settings = {} }: ServerFact, expected: string): Judgement {
  if (settings.fsync === 'off') {
    return finding('fail', {
      observed: 'fsync is off',
      expected,
      message: 'fsync is off: after a crash of the machine, PostgreSQL may not start',
      remedy: 'ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();',
    });
  }
  if (settings.full_page_writes === 'off') {
    return finding('warn', {
      observed: 'full_page_writes is off',
      expected,
      message:
        'full_page_writes is off: a crash may leave half-written pages, unless the file system prevents them (ZFS)',
      remedy: 'ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();',
    });
  }
  return pass('the WAL is flushed before a commit is confirmed', expected);
}

function judgeSessions(seen: PostgresContext, expected: string): readonly (readonly [string, Judgement])[] {
  const entered = loginsIn(seen);
  if ('status' in entered) return [];
  return entered.map(({ database, username, session }) => {
    if (session.settings.synchronous_commit?.value !== 'off')
      return [database, pass('commits wait until the WAL is flushed', expected)];
    const observed = `synchronous_commit is off for ${username} in ${database}`;
    const message = `${observed}: a crash loses the most recently confirmed commits`;
    const [db, role] = [quoted(database), quoted(username)];
    const remedy = `ALTER ROLE ${role} IN DATABASE ${db} SET synchronous_commit = on;`;
    return [database, finding('warn', { observed, expected, message, remedy })];
  });
}
