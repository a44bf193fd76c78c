import type { Tier } from './tiers.ts';

/**
 * Major versions that Dify runs on. Below 13, gen_random_uuid() needs an extension (langgenius/dify #22534); from 18
 * on, a built-in uuidv7() conflicts with the function that a migration creates (#36907).
 */
export const POSTGRES_VERSIONS = { least: 13, most: 17 } as const;

/** The resources checklist of Dify Enterprise, row PostgreSQL. Memory and storage in Kubernetes' quantities. */
export const POSTGRES_SIZES: Readonly<
  Record<Tier, { readonly cpu: number; readonly memory: string; readonly storage: string }>
> = {
  test: { cpu: 2, memory: '4Gi', storage: '256G' },
  prod: { cpu: 4, memory: '8Gi', storage: '512G' },
};

/**
 * How many connections each process may open (Dify 1.16 `docker/` and api configuration; plugin daemon 0.6.3
 * configuration): SQLALCHEMY_POOL_SIZE and _MAX_OVERFLOW for each process of the api's program, DB_MAX_OPEN_CONNS for
 * each plugin daemon, PGVECTOR_MAX_CONNECTION for each process if the vectors are on the same server. The numbers for
 * beat, and for people, backups and monitoring, are estimates.
 */
export const CONNECTIONS = {
  poolSize: 30,
  maxOverflow: 10,
  pluginDaemon: 30,
  vectors: 5,
  beat: 5,
  people: 10,
  superuserReserved: 3,
} as const;

/**
 * Transactions since the last freeze. Autovacuum freezes from 200 million on (autovacuum_freeze_max_age), with some
 * delay; from 1,600 million on it does nothing else (vacuum_failsafe_age); at 3 million below 2,147 million the server
 * accepts no more writes (PostgreSQL, "Preventing Transaction ID Wraparound Failures").
 */
export const TRANSACTIONS = { old: 1_000_000_000, grave: 1_600_000_000, end: 2_144_000_000 } as const;

/** Factor: a tenth is added to the computed number. */
export const CONNECTIONS_MARGIN = 1.1;

/**
 * Share of the connections that ordinary roles may open, from which the ones in use are a finding. difyctl's own
 * numbers: the rest must be enough for the pods that a rolling update adds.
 */
export const CONNECTIONS_IN_USE = { warn: 0.8, fail: 0.95 } as const;
