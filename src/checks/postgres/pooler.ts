import { connectionBudget, sumOf } from '../../deployment/connection-budget.ts';
import type { PoolerFact } from '../../evidence/postgres/pooler-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { ofAll, ofPostgres, type PostgresContext, postgresContext, serverIn } from './context.ts';

export const postgresPooler: Check = {
  ...ofPostgres,
  id: 'postgres.pooler',
  title: 'a pooler before PostgreSQL, if there is one, leaves Dify what it relies on',
  severity: error,
  remedy: "set pool_mode = session for Dify's databases",
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const { pooler } = server;
    if (pooler === undefined) return pass('none: the server itself answers', 'none, or one that lends whole sessions');
    return ofAll(seen, [
      ['startup options', judgeOptions(pooler, seen)],
      ['pool mode', judgeMode(pooler)],
      ...judgeNext(pooler),
      ...judgePools(pooler, seen),
    ]);
  },
};

const nameOf = ({ product, version }: PoolerFact): string =>
  product === 'unknown' ? 'a pooler' : `${product}${version === undefined ? '' : ` ${version}`}`;

const NO_TIMEZONE =
  'set components.<api, worker, beat, apiWebsocket>.extraEnv.DB_SESSION_TIMEZONE_OVERRIDE to "" and ALTER DATABASE … SET timezone = \'UTC\';';

/**
 * The api sends `options=-c timezone=UTC` with every connection. If the pooler refuses it, no connection is made; if
 * the pooler ignores it, times are stored in the server's own zone.
 */
function judgeOptions(pooler: PoolerFact, { facts }: PostgresContext): Judgement {
  const expected = 'the startup option timezone, which the api sends';
  if (pooler.refusedOptions !== undefined) {
    return finding('fail', {
      observed: `${nameOf(pooler)} refuses the api's startup options: ${pooler.refusedOptions.text}`,
      expected,
      message: `${nameOf(pooler)} refuses the api's startup options, so no connection of the api comes about: ${pooler.refusedOptions.text}`,
      remedy: `ignore_startup_parameters = options in pgbouncer.ini, and: ${NO_TIMEZONE}`,
    });
  }
  const zone = facts.entries.find(({ which }) => which === 'main')?.session?.settings.TimeZone;
  if (zone === undefined || UTC.test(zone.value)) return pass('sessions of the api are in UTC', expected);
  return finding('fail', {
    observed: `${nameOf(pooler)} ignores the api's startup options: its sessions are in ${zone.value}`,
    expected,
    message: `${nameOf(pooler)} ignores the api's startup options: its sessions are in ${zone.value}, and times would be stored in that zone`,
    remedy: "ALTER DATABASE … SET timezone = 'UTC';",
  });
}

const UTC = /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT|GMT[+-]?0|Greenwich)$/i;

function judgeMode(pooler: PoolerFact): Judgement {
  const expected = 'pool_mode session, or one that keeps prepared statements';
  const name = nameOf(pooler);
  switch (pooler.mode) {
    case 'statement':
      return finding('fail', {
        observed: `${name} lends single statements (pool_mode statement)`,
        expected,
        message: `${name} lends single statements: Dify's transactions cannot begin`,
      });
    case 'transaction':
      if (pooler.keepsPrepared === true)
        return pass(`${name} lends transactions and keeps prepared statements`, expected);
      return finding(pooler.keepsPrepared === false ? 'fail' : 'warn', {
        observed: `${name} lends transactions (pool_mode transaction)`,
        expected,
        message: `${name} lends transactions, and prepared statements of the plugin daemon are lost between them`,
        remedy:
          'pool_mode = session for Dify’s databases; or PgBouncer 1.21 or newer with max_prepared_statements = 200',
      });
    default:
      return pass(`${name} lends ${pooler.mode === undefined ? 'connections' : 'whole sessions'}`, expected);
  }
}

/**
 * The probe has two sessions open, one for each database. A pooler that gives no third one gives none to the processes
 * of Dify.
 */
function judgeNext(pooler: PoolerFact): readonly (readonly [string, Judgement])[] {
  if (pooler.next === undefined) return [];
  const observed = `${nameOf(pooler)} ${pooler.next === 'waits' ? 'lets a third connection wait' : 'refuses a third connection'}`;
  const remedy = 'raise default_pool_size (or pool_size of the databases) and max_client_conn in pgbouncer.ini';
  return [['a third connection', finding('fail', { observed, expected: 'a connection for each of Dify’s', remedy })]];
}

/**
 * In session mode, Dify's own pools hold a session as long as they exist: if pool_size is below the budget, processes
 * wait.
 */
function judgePools(
  pooler: PoolerFact,
  { facts, deployment }: PostgresContext,
): readonly (readonly [string, Judgement])[] {
  if (pooler.console === undefined || pooler.mode !== 'session') return [];
  const budget = connectionBudget(deployment);
  const { poolSizes, defaultPoolSize } = pooler.console;
  const databases = [...new Set(facts.entries.map(({ database }) => database))];
  return databases.flatMap((database) => {
    const size = poolSizes[database] ?? defaultPoolSize;
    const needed = facts.entries
      .filter((entry) => entry.database === database)
      .reduce((sum, { which }) => sum + sumOf(budget[which]), 0);
    const observed = `pool_size ${size} for ${database}`;
    const expected = `${needed} or more: what Dify may hold there`;
    if (size >= needed) return [[database, pass(observed, expected)] as const];
    return [
      [
        database,
        finding('fail', { observed, expected, remedy: `${database} = … pool_size=${needed} in pgbouncer.ini` }),
      ] as const,
    ];
  });
}
