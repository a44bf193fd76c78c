import { CONNECTIONS, CONNECTIONS_MARGIN } from '../checklist/postgres.ts';
import { type PlannedComponent, plannedComponents } from './components.ts';
import type { Deployment } from './schema/deployment.ts';

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
 * Every process has its own pool: replicas × processes × (pool + overflow). A gevent worker is one process, whatever
 * number of tasks it runs; a prefork worker is a parent and its children. Settings in `extraEnv` count.
 */
export function connectionBudget(
  deployment: Deployment,
  planned: ReturnType<typeof plannedComponents> = plannedComponents(deployment),
): ConnectionBudget {
  const { api, apiWebsocket, worker, beat, pluginDaemon } = planned;
  const apiProcesses = setting(api, 'SERVER_WORKER_AMOUNT', 1);
  const socketProcesses = setting(apiWebsocket, 'SERVER_WORKER_AMOUNT', 1);
  const workerProcesses = processesOf(worker);
  const isSameServer = hasVectorsBeside(deployment);
  const vectors = (one: PlannedComponent, processes: number, name: string) =>
    term(one, name, processes, setting(one, 'PGVECTOR_MAX_CONNECTION', CONNECTIONS.vectors));
  return {
    main: present([
      term(api, 'api', apiProcesses, poolOf(api)),
      term(apiWebsocket, 'websocket', socketProcesses, poolOf(apiWebsocket)),
      term(worker, 'worker', workerProcesses, poolOf(worker)),
      term(beat, 'beat', 1, CONNECTIONS.beat),
    ]),
    plugin: present([
      term(pluginDaemon, 'plugin daemon', 1, setting(pluginDaemon, 'DB_MAX_OPEN_CONNS', CONNECTIONS.pluginDaemon)),
    ]),
    vectors: isSameServer
      ? present([vectors(api, apiProcesses, 'api, vectors,'), vectors(worker, workerProcesses, 'worker, vectors,')])
      : [],
  };
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

function processesOf(worker: PlannedComponent): number {
  const pool = worker.extraEnv.CELERY_WORKER_CLASS ?? worker.extraEnv.CELERY_WORKER_POOL ?? 'gevent';
  if (pool !== 'prefork') return 1;
  return setting(worker, 'CELERY_WORKER_CONCURRENCY', setting(worker, 'CELERY_WORKER_AMOUNT', 4)) + 1;
}

function poolOf(planned: PlannedComponent): number {
  return (
    setting(planned, 'SQLALCHEMY_POOL_SIZE', CONNECTIONS.poolSize) +
    setting(planned, 'SQLALCHEMY_MAX_OVERFLOW', CONNECTIONS.maxOverflow)
  );
}

function setting({ extraEnv }: PlannedComponent, name: string, usual: number): number {
  const value = Number(extraEnv[name] ?? usual);
  return Number.isInteger(value) && value >= 0 ? value : usual;
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
