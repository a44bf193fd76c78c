import { CONNECTIONS, CONNECTIONS_MARGIN } from '../checklist/postgres.ts';
import { mostReplicas, type PlannedComponent, plannedComponents } from './components.ts';
import { apiProcesses, countOf, workerProcesses } from './processes.ts';
import type { Deployment } from './schema/deployment.ts';
import { type PlannedPool, plannedPools } from './worker-pools.ts';

/** One term of the sum: `3 api × 2 processes × 40`. */
export interface BudgetTerm {
  readonly words: string;
  readonly connections: number;
}

/** The highest number of PostgreSQL connections that the planned processes can hold at once. */
export interface ConnectionBudget {
  /** To the main database, by the processes of the api image: api, websocket, worker, beat. */
  readonly main: readonly BudgetTerm[];
  /** To the plugin daemon's database. */
  readonly plugin: readonly BudgetTerm[];
  /** To the database of the vectors. Empty unless pgvector is on the same server. */
  readonly vectors: readonly BudgetTerm[];
}

/**
 * Every process has its own pool: replicas × processes × (pool + overflow). Settings in `extraEnv` count. Worker pools
 * count at the maximum of their autoscalers.
 */
export function connectionBudget(
  deployment: Deployment,
  planned: ReturnType<typeof plannedComponents> = plannedComponents(deployment),
): ConnectionBudget {
  const { api, apiWebsocket, worker, beat, pluginDaemon } = planned;
  const pools = plannedPools(deployment).map((pool) => ({ ...pool, replicas: mostReplicas(pool) }));
  const isSameServer = hasVectorsBeside(deployment);
  const vectors = (one: PlannedComponent, processes: number, name: string) =>
    term(one, name, processes, countOf(one, 'PGVECTOR_MAX_CONNECTION', CONNECTIONS.vectors));
  return {
    main: present([
      term(api, 'api', apiProcesses(api), poolOf(api)),
      term(apiWebsocket, 'websocket', apiProcesses(apiWebsocket), poolOf(apiWebsocket)),
      term(worker, 'worker', workerProcesses(worker), poolOf(worker)),
      ...pools.map((pool) => term(pool, nameOf(pool), workerProcesses(pool), poolOf(pool))),
      term(beat, 'beat', 1, CONNECTIONS.beat),
    ]),
    plugin: present([
      term(pluginDaemon, 'plugin daemon', 1, countOf(pluginDaemon, 'DB_MAX_OPEN_CONNS', CONNECTIONS.pluginDaemon)),
    ]),
    vectors: isSameServer
      ? present([
          vectors(api, apiProcesses(api), 'api, vectors,'),
          vectors(worker, workerProcesses(worker), 'worker, vectors,'),
          ...pools.map((pool) => vectors(pool, workerProcesses(pool), `${nameOf(pool)}, vectors,`)),
        ])
      : [],
  };
}

function nameOf({ name }: PlannedPool): string {
  return `worker pool ${name}`;
}

export function sumOf(terms: readonly BudgetTerm[]): number {
  return terms.reduce((sum, { connections }) => sum + connections, 0);
}

/** Adds the margin to a number of connections; rounded up. */
export function withMargin(connections: number): number {
  // In binary floating point, 1.1 is slightly more than 11/10.
  return Math.ceil(Number((connections * CONNECTIONS_MARGIN).toFixed(6)));
}

function hasVectorsBeside({ postgres, vectorStore }: Deployment): boolean {
  if (postgres.mode !== 'external' || vectorStore.mode !== 'external' || vectorStore.provider !== 'pgvector')
    return false;
  return vectorStore.pgvector.host === postgres.host && vectorStore.pgvector.port === postgres.port;
}

function poolOf(planned: PlannedComponent): number {
  return (
    countOf(planned, 'SQLALCHEMY_POOL_SIZE', CONNECTIONS.poolSize) +
    countOf(planned, 'SQLALCHEMY_MAX_OVERFLOW', CONNECTIONS.maxOverflow)
  );
}

function term(planned: PlannedComponent, name: string, processes: number, each: number): BudgetTerm | undefined {
  const { enabled, replicas } = planned;
  if (!enabled || replicas === 0) return undefined;
  const words = `${replicas} ${name} × ${processes === 1 ? '' : `${processes} processes × `}${each}`;
  return { words, connections: replicas * processes * each };
}

function present(terms: readonly (BudgetTerm | undefined)[]): readonly BudgetTerm[] {
  return terms.filter((one) => one !== undefined);
}
