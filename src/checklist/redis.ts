import type { Tier } from './tiers.ts';

/** Memory of Redis in bytes: 1 GB for test, 2 GB for production (Dify Enterprise, resources checklist). */
export const REDIS_MEMORY_BYTES: Readonly<Record<Tier, number>> = { test: 1e9, prod: 2e9 };

/**
 * Connections that Dify's processes hold. redis-py's pools have no limit, so the sum of `perProcess` and `shared`
 * leaves room for bursts (a subscription for each open stream), as in sizing notes for Compose. `least` is what the
 * processes of an idle Dify hold: a pool of 10 greenlets (SERVER_WORKER_CONNECTIONS) and 10 of Celery's broker for each
 * api, its concurrency and 20 for a worker, 10 for each core of the plugin daemon (go-redis).
 */
export const REDIS_CONNECTIONS = {
  perProcess: 100,
  shared: 200,
  least: { api: 20, apiWebsocket: 20, workerBeside: 20, beat: 5, pluginDaemonPerCore: 10 },
} as const;

/** Seconds after which a silent replica does not count (redis.conf, min-replicas-max-lag). */
export const REPLICA_LAG_SECONDS = 10;
