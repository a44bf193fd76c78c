import type { Tier } from './tiers.ts';

/**
 * Major versions that Dify runs on: below 13 there is no gen_random_uuid() without an extension (langgenius/dify #22534), from 18 on a built-in
 * uuidv7() clashes with the function that a migration makes (#36907).
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
 * What each process may open (Dify 1.16 `docker/` and api configuration; plugin daemon 0.6.3 configuration): SQLALCHEMY_POOL_SIZE and
 * _MAX_OVERFLOW for each process of the api's program, DB_MAX_OPEN_CONNS for each plugin daemon, PGVECTOR_MAX_CONNECTION for each process where the
 * vectors lie on the same server. Beat's own few and what people, backups and monitoring need are estimates.
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
 * Transactions since the last freeze. Autovacuum freezes from 200 million on (autovacuum_freeze_max_age), with some delay; from 1,600 million on it drops
 * all else (vacuum_failsafe_age); 3 million before 2,147 the server takes no more writes (PostgreSQL, "Preventing Transaction ID Wraparound Failures").
 */
export const TRANSACTIONS = { old: 1_000_000_000, grave: 1_600_000_000, end: 2_144_000_000 } as const;

/** A tenth on top of what is computed. */
export const CONNECTIONS_MARGIN = 1.1;
