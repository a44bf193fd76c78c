/** A published or measured time of a recovery mechanism. `rpo` in seconds: how much work it may lose. */
export interface RecoveryFigure {
  readonly mechanism: string;
  readonly rpo: number;
  readonly rto: string;
  readonly source: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Logs are shipped every five minutes on the large managed services, and by CloudNativePG's default archive_timeout. */
export const POINT_IN_TIME: RecoveryFigure = {
  mechanism: 'point-in-time recovery of PostgreSQL',
  rpo: 5 * MINUTE,
  rto: 'a new instance: tens of minutes to hours, by size',
  source: 'AWS RDS User Guide, "Restoring a DB instance to a specified time"; CloudNativePG, archive_timeout',
};

/** The committed transaction is on two machines before the client hears of it. */
export const SYNCHRONOUS_STANDBY: RecoveryFigure = {
  mechanism: 'a synchronous standby of PostgreSQL',
  rpo: 0,
  rto: '60 to 120 s',
  source: 'AWS RDS User Guide, "Multi-AZ DB instance deployments"',
};

/** A restore of a whole database from its log rarely ends sooner, whatever the service. */
export const FASTEST_RESTORE_SECONDS = 15 * MINUTE;

/** Below this only a failover answers, never a restore: detection and takeover of a Multi-AZ instance. */
export const FAILOVER_SECONDS = 2 * MINUTE;

/** From here on a dump is a backup plan; with less to lose, one instance without its log is a fault. */
export const DUMP_FROM_RPO_SECONDS = 24 * HOUR;

/** Time within which embedding everything again is taken to be possible until it was measured. */
export const REBUILD_SECONDS = 4 * HOUR;
