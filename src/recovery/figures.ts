/** A published time of a recovery mechanism, in seconds. `rpo`: how much work it may lose; `rto`: how long it takes, at the longest. */
export interface RecoveryFigure {
  readonly mechanism: string;
  readonly rpo: number;
  readonly rto: number;
  readonly source: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Logs are shipped every five minutes on the large managed services, and by CloudNativePG's default archive_timeout. */
export const POINT_IN_TIME: RecoveryFigure = {
  mechanism: 'point-in-time recovery of PostgreSQL',
  rpo: 5 * MINUTE,
  rto: 15 * MINUTE,
  source: 'AWS RDS User Guide, "Restoring a DB instance to a specified time"; CloudNativePG, archive_timeout',
};

/** The committed transaction is on two machines before the client hears of it; the takeover takes one to two minutes. */
export const SYNCHRONOUS_STANDBY: RecoveryFigure = {
  mechanism: 'a synchronous standby of PostgreSQL',
  rpo: 0,
  rto: 2 * MINUTE,
  source: 'AWS RDS User Guide, "Multi-AZ DB instance deployments": 60 to 120 s',
};

/** Objects follow into the other region one by one; only with time control does anybody promise when. */
export const CROSS_REGION_COPY = {
  rpo: 15 * MINUTE,
  source: 'Amazon S3 User Guide, "Replication Time Control": 99.99 % within 15 minutes',
} as const;

/** A new instance is made and its log is read before the first byte of data counts, whatever the service. */
export const FASTEST_RESTORE_SECONDS = POINT_IN_TIME.rto;

/** Below this only a failover answers, never a restore: detection and takeover of a Multi-AZ instance. */
export const FAILOVER_SECONDS = SYNCHRONOUS_STANDBY.rto;

/** From here on a dump is a backup plan; with less to lose, one instance without its log is a fault. */
export const DUMP_FROM_RPO_SECONDS = DAY;

/** Time within which embedding everything again is taken to be possible until it was measured. */
export const REBUILD_SECONDS = 4 * HOUR;

/** Bytes a second. A disk image comes back as fast as the disk is written, a dump is executed statement by statement. */
export const RESTORE_THROUGHPUT = {
  image: { bytes: 125 * 2 ** 20, source: 'Amazon EBS User Guide: baseline throughput of a gp3 volume, 125 MiB/s' },
  dump: { bytes: 28 * 2 ** 20, source: 'a published load of 50 GB by psql in half an hour, about 28 MiB/s' },
} as const;

/** How fast documents are embedded again. A document is taken as four thousand tokens, eight pages of text. */
export const EMBEDDING = {
  tokensPerMinute: 1_000_000,
  tokensPerDocument: 4_000,
  source: 'rate limit of text-embedding-3-small in the first paid tiers, 1,000,000 tokens a minute',
} as const;

/** What loses running jobs or sessions, not stored work: how long Redis is away until a sentinel has made a replica its master. */
export const SENTINEL_FAILOVER = {
  seconds: MINUTE,
  source: 'redis sentinel.conf: down-after-milliseconds 30000, then election and reconnection',
} as const;

/** A pod that runs alone is back only after its lost node was noticed (40 s), given up (300 s), and the pod started elsewhere (60 s). */
export const LONE_POD_SECONDS = 400;
export const LONE_POD_SOURCE =
  'Kubernetes: node-monitor-grace-period 40 s, default toleration of unreachable nodes 300 s; about 60 s to start';

/** A year on, data has grown and people have changed: an older measurement says nothing of today. */
export const MEASUREMENT_VALID_SECONDS = 365 * DAY;
