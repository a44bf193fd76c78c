/**
 * Published times of a recovery mechanism, in seconds. `rpo`: how much work it may lose; `rto`: how long it takes at
 * most.
 */
export interface RecoveryFigure {
  readonly mechanism: string;
  readonly rpo: number;
  readonly rto: number;
  readonly source: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The large managed services ship logs every five minutes, and so does CloudNativePG's default archive_timeout. No page
 * says how long a restore takes; a quarter of an hour, for a new instance without data, is an estimate.
 */
export const POINT_IN_TIME: RecoveryFigure = {
  mechanism: 'point-in-time recovery of PostgreSQL',
  rpo: 5 * MINUTE,
  rto: 15 * MINUTE,
  source:
    'docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html and cloudnative-pg.io, WAL archiving: every 5 minutes',
};

/** A transaction is on two machines before the client gets the confirmation; the takeover takes one to two minutes. */
export const SYNCHRONOUS_STANDBY: RecoveryFigure = {
  mechanism: 'a synchronous standby of PostgreSQL',
  rpo: 0,
  rto: 2 * MINUTE,
  source: 'docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html: mostly 60 to 120 s',
};

/** Objects are copied to the other region one by one; only replication time control promises a time. */
export const CROSS_REGION_COPY = {
  rpo: 15 * MINUTE,
  // The page said 99.99 % until some time before November 2026.
  source: 'docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html: 99.9 % within 15 minutes',
} as const;

/** A new instance is created and its log is read before any data is restored, in every service. */
export const FASTEST_RESTORE_SECONDS = POINT_IN_TIME.rto;

/** A shorter RTO needs a failover; no restore is that fast: detection and takeover of a Multi-AZ instance. */
export const FAILOVER_SECONDS = SYNCHRONOUS_STANDBY.rto;

/** From this RPO on, a dump is a backup plan. A shorter RPO needs the archived log. */
export const DUMP_FROM_RPO_SECONDS = DAY;

/** Estimated time to embed everything again, until it is measured. */
export const REBUILD_SECONDS = 4 * HOUR;

/**
 * Bytes a second. A disk image is restored as fast as the disk is written; a dump is executed statement by statement.
 */
export const RESTORE_THROUGHPUT = {
  image: {
    bytes: 125 * 2 ** 20,
    source:
      'docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html: a gp3 volume has 125 MiB/s at least',
  },
  dump: { bytes: 28 * 2 ** 20, source: 'an estimate: 50 GB by psql in half an hour, about 28 MiB/s' },
} as const;

/**
 * How fast documents are embedded again. A document counts as four thousand tokens, eight pages of text. The limit was
 * read in copies of the page, as of November 2026.
 */
export const EMBEDDING = {
  tokensPerMinute: 1_000_000,
  tokensPerDocument: 4_000,
  source: 'platform.openai.com/docs/models/text-embedding-3-small, tiers 1 and 2: 1,000,000 tokens a minute',
} as const;

/**
 * How long Redis is away until a sentinel has promoted a replica. Running jobs or sessions are lost, stored work is
 * not.
 */
export const SENTINEL_FAILOVER = {
  seconds: MINUTE,
  source:
    'github.com/redis/redis, sentinel.conf: down-after-milliseconds 30000; as long again for election and reconnection is an estimate',
} as const;

/** How long a process of Dify takes to start. An estimate: most of it is the start of Python. */
export const POD_START_SECONDS = MINUTE;

/**
 * A pod with one replica is back after its lost node was noticed (50 s; 40 s before Kubernetes 1.32), the toleration of
 * its pods ended (300 s), and the pod started elsewhere.
 */
export const SINGLE_POD_SECONDS = 50 + 300 + POD_START_SECONDS;
export const SINGLE_POD_SOURCE =
  'Kubernetes 1.36, kube-controller-manager: node-monitor-grace-period 50 s; DefaultTolerationSeconds 300 s; about 60 s to start';

/** An older measurement is not valid: within a year, data grows and people change. */
export const MEASUREMENT_VALID_SECONDS = 365 * DAY;
