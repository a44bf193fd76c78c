import { CONNECTIONS } from '../../checklist/postgres.ts';
import { type BudgetTerm, connectionBudget, sumOf, withMargin } from '../../deployment/connection-budget.ts';
import type { EntryFact, LoginFaultKind, ServerFact } from '../../evidence/postgres/facts.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { type Planned, plannedOf } from '../planned.ts';
import { errorInProdElseWarning } from '../when.ts';
import { fittingReplicas } from './connection-maxima.ts';
import { ofAll, ofPostgres, type PostgresContext, postgresContext, quoted, serverIn } from './context.ts';

export const postgresConnections: Check = {
  ...ofPostgres,
  id: 'postgres.connections',
  title: 'PostgreSQL has enough connections for every planned process',
  severity: errorInProdElseWarning,
  optional: [RENDERED_OBJECTS],
  remedy: 'raise max_connections, or lower the pools: SQLALCHEMY_POOL_SIZE in extraEnv of api and worker',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    const planned = plannedOf(context, 'most');
    const least = plannedOf(context, 'least');
    return ofAll(seen, [['server', judgeServer(seen, server, { planned, least })], ...limitsOf(seen, planned)]);
  },
};

/** The components at the minima and at the maxima of their autoscalers. */
interface Range {
  readonly least: Planned;
  readonly planned: Planned;
}

function judgeServer(seen: PostgresContext, server: ServerFact, { planned, least }: Range): Judgement {
  const { main, plugin, vectors } = connectionBudget(seen.deployment, planned);
  const people: BudgetTerm = { words: `${CONNECTIONS.people} for people and backups`, connections: CONNECTIONS.people };
  const terms = [...main, ...plugin, ...vectors, people];
  const needed = sumOf(terms);
  const formula = `${terms.map(({ words }) => words).join(' + ')} = ${needed}`;
  const expected = `${withMargin(needed)} connections: ${formula}, plus a margin of 10 %`;
  const room = roomOf(seen, server);
  if (room === undefined) return unknownLimit(seen);
  const message = `${room.words}; Dify may open ${formula}`;
  if (room.free >= withMargin(needed)) return { ...pass(room.words, expected), message };
  return finding(room.free < needed ? 'fail' : 'warn', {
    observed: room.words,
    expected,
    message: `${message}${room.free < needed ? '' : ', which leaves a margin of less than 10 %'}`,
    remedy: `${remedyOf(server, needed, room)}${orLess(seen, { planned, least }, room.free)}`,
  });
}

/** The second remedy if autoscalers are the cause: maxima with which the connections are enough. */
function orLess({ deployment }: PostgresContext, { planned, least }: Range, free: number): string {
  const words = fittingReplicas(deployment, planned, least, free).map(
    ([name, count]) => `components.${name}.autoscaling.maxReplicas to ${count}`,
  );
  return words.length === 0 ? '' : `; or set ${listed(words)}`;
}

interface Room {
  readonly free: number;
  readonly words: string;
  /** True if these are connections of the server behind a pooler. */
  readonly isBehind?: true;
}

/**
 * How many connections Dify may have, and the calculation in words. Undefined if neither the server, the pooler nor the
 * file shows a limit.
 */
function roomOf({ postgres }: PostgresContext, { connections, pooler }: ServerFact): Room | undefined {
  const declared = postgres.maxConnections;
  if (pooler !== undefined) {
    const free = declared ?? pooler.console?.maxClients;
    const whose = declared === undefined ? 'max_client_conn of the pooler' : 'postgres.maxConnections';
    const behind = pooler.mode === 'session' ? behindPooler(connections) : undefined;
    if (free === undefined) return undefined;
    return behind !== undefined && behind.free < free ? behind : { free, words: `${free} connections (${whose})` };
  }
  if (connections === undefined) {
    return declared === undefined
      ? undefined
      : { free: declared, words: `${declared} connections (postgres.maxConnections)` };
  }
  const { max, reserved, others } = connections;
  const most = Math.min(declared ?? max, max);
  const free = Math.max(0, most - reserved - others);
  const whose = most < max ? `postgres.maxConnections ${most} of ${max}` : `max_connections ${max}`;
  return {
    free,
    words: `${free} connections left for Dify (${whose} − ${reserved} reserved − ${others} used by others)`,
  };
}

/**
 * The connections of a server behind a pooler in session mode, which uses one for each client. They matter only if they
 * are fewer than the pooler's.
 */
function behindPooler(connections: ServerFact['connections']): Room | undefined {
  if (connections === undefined) return undefined;
  const { max, reserved, others } = connections;
  const free = Math.max(0, max - reserved - others);
  return {
    free,
    isBehind: true,
    words: `${free} connections of the server behind the pooler (max_connections ${max} − ${reserved} reserved − ${others} used by others)`,
  };
}

/** The judgement without a limit. Behind a pooler, the limit of the server is not the one that applies. */
function unknownLimit({ postgres }: PostgresContext): Judgement {
  const observed = 'the connection limit is not visible, and the file declares none';
  if (postgres.managed !== undefined) {
    return finding('warn', {
      observed,
      expected: 'postgres.maxConnections',
      remedy: 'set postgres.maxConnections to the limit of the service',
    });
  }
  return finding('warn', {
    observed,
    expected: 'postgres.maxConnections, or a role that may read the pooler’s console (stats_users)',
    remedy: 'set postgres.maxConnections to max_client_conn of the pooler',
  });
}

function remedyOf({ connections, pooler }: ServerFact, needed: number, room: Room): string {
  if ((pooler !== undefined && room.isBehind !== true) || connections === undefined) {
    return `raise max_client_conn of the pooler to ${withMargin(needed)}, then set postgres.maxConnections to the same value`;
  }
  const wanted = withMargin(needed) + connections.reserved + connections.others;
  return `ALTER SYSTEM SET max_connections = ${Math.ceil(wanted / 50) * 50}; then restart PostgreSQL`;
}

/** Judges the connection limits of roles and databases. Neither applies to superusers. */
function limitsOf(seen: PostgresContext, planned: Planned): readonly (readonly [string, Judgement])[] {
  const { main, plugin } = connectionBudget(seen.deployment, planned);
  const needs = { main: sumOf(main), plugin: sumOf(plugin) };
  const { entries, roles } = seen.facts;
  const wantedBy = (of: (entry: EntryFact) => boolean) =>
    entries.filter(of).reduce((sum, { which }) => sum + needs[which], 0);
  const ordinary = roles.filter(({ isSuperuser }) => !isSuperuser);
  // postgres.login and postgres.databases report a limit that is reached already.
  const isReported = (kind: LoginFaultKind, of: (entry: EntryFact) => boolean) =>
    entries.some((entry) => entry.fault?.kind === kind && of(entry));
  const unreported = ordinary.filter(({ name }) => !isReported('role-limit', ({ username }) => username === name));
  const ofRoles = unreported.map(({ name, connectionLimit }) =>
    limited({
      subject: `role ${name}`,
      limit: connectionLimit,
      needed: wantedBy(({ username }) => username === name),
      remedy: `ALTER ROLE ${quoted(name)} CONNECTION LIMIT -1;`,
    }),
  );
  const catalogs = new Map(
    entries.flatMap(({ catalog }) => (catalog === undefined ? [] : [[catalog.name, catalog] as const])),
  );
  const open = [...catalogs.values()].filter(
    ({ name }) => !isReported('database-limit', ({ database }) => database === name),
  );
  const ofDatabases = open.map(({ name, connectionLimit }) =>
    limited({
      subject: `database ${name}`,
      limit: connectionLimit,
      needed: wantedBy((entry) => entry.database === name && ordinary.some((role) => role.name === entry.username)),
      remedy: `ALTER DATABASE ${quoted(name)} CONNECTION LIMIT -1;`,
    }),
  );
  return [...ofRoles, ...ofDatabases].filter((one) => one !== undefined);
}

interface Limit {
  readonly subject: string;
  readonly limit: number;
  readonly needed: number;
  readonly remedy: string;
}

/**
 * Undefined if there is no limit or nothing is needed. A limit of 0 refuses every login, which postgres.login or
 * postgres.databases reports.
 */
function limited({ subject, limit, needed, remedy }: Limit): readonly [string, Judgement] | undefined {
  if (limit <= 0 || needed === 0) return undefined;
  const observed = `${subject} is limited to ${limit} connections`;
  const expected = `${needed} or more`;
  if (limit >= needed) return [subject, pass(observed, expected)];
  const message = `${observed}, and Dify may open ${needed}`;
  return [subject, finding('fail', { observed, expected, message, remedy })];
}
