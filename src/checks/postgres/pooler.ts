import { connectionBudget, sumOf } from '../../deployment/connection-budget.ts';
import type { PoolerFact } from '../../evidence/postgres/pooler-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { ofAll, ofPostgres, type PostgresContext, postgresContext, serverIn } from './context.ts';

export const postgresPooler: Check = {
  ...ofPostgres,
  id: 'postgres.pooler',
  title: 'a connection pooler in front of PostgreSQL, if any, supports what Dify needs',
  severity: error,
  remedy: "set pool_mode = session for Dify's databases",
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const { pooler } = server;
    if (pooler === undefined) return pass('no pooler: the server itself answers', 'no pooler, or one in session mode');
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
      message: `${nameOf(pooler)} refuses the api's startup options, so the api cannot connect: ${pooler.refusedOptions.text}`,
      remedy: `ignore_startup_parameters = options in pgbouncer.ini, and: ${NO_TIMEZONE}`,
    });
  }
  const zone = facts.entries.find(({ which }) => which === 'main')?.session?.settings.TimeZone;
  if (zone === undefined || UTC.test(zone.value)) return pass('sessions of the api use UTC', expected);
  return finding('fail', {
    observed: `${nameOf(pooler)} ignores the api's startup options: its sessions use the time zone ${zone.value}`,
    expected,
    message: `${nameOf(pooler)} ignores the api's startup options: its sessions use the time zone ${zone.value}, and times would be stored in that zone`,
    remedy: "ALTER DATABASE … SET timezone = 'UTC';",
  });
}

const UTC = /^(Etc\/)?(UTC|UCT|Universal|Zulu|GMT|GMT[+-]?0|Greenwich)$/i;

function judgeMode(pooler: PoolerFact): Judgement {
  const expected = 'pool_mode session, or a pool_mode that keeps prepared statements';
  const name = nameOf(pooler);
  switch (pooler.mode) {
    case 'statement':
      return finding('fail', {
        observed: `${name} uses pool_mode statement`,
        expected,
        message: `${name} uses pool_mode statement: Dify's transactions cannot begin`,
      });
    case 'transaction':
      if (pooler.keepsPrepared === true)
        return pass(`${name} uses pool_mode transaction and keeps prepared statements`, expected);
      return finding(pooler.keepsPrepared === false ? 'fail' : 'warn', {
        observed: `${name} uses pool_mode transaction`,
        expected,
        message: `${name} uses pool_mode transaction: prepared statements of the plugin daemon are lost between transactions`,
        remedy:
          'pool_mode = session for Dify’s databases; or PgBouncer 1.21 or newer with max_prepared_statements = 200',
      });
    default:
      return pass(
        pooler.mode === undefined ? `${name} does not show its pool_mode` : `${name} uses pool_mode session`,
        expected,
      );
  }
}

/**
 * The probe has two sessions open, one for each database. A pooler that gives no third one gives none to the processes
 * of Dify.
 */
function judgeNext(pooler: PoolerFact): readonly (readonly [string, Judgement])[] {
  if (pooler.next === undefined) return [];
  const observed = `${nameOf(pooler)} ${pooler.next === 'waits' ? 'makes a third connection wait' : 'refuses a third connection'}`;
  const remedy = 'raise default_pool_size (or pool_size of the databases) and max_client_conn in pgbouncer.ini';
  return [
    [
      'a third connection',
      finding('fail', { observed, expected: 'a server connection for each connection of Dify', remedy }),
    ],
  ];
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
    const expected = `${needed} or more: the connections that Dify may open to it`;
    if (size >= needed) return [[database, pass(observed, expected)] as const];
    return [
      [
        database,
        finding('fail', { observed, expected, remedy: `${database} = … pool_size=${needed} in pgbouncer.ini` }),
      ] as const,
    ];
  });
}
