/** A client of a WAL sender. Fields that only pg_monitor may read are absent for other roles. */
export interface StandbyFact {
  readonly name: string;
  readonly state?: string;
  readonly sync?: string;
  /** Bytes of WAL that it has not replayed. */
  readonly lagBytes?: number;
  /** False if it had received WAL and replayed none of it while it was observed. */
  readonly isReplaying?: boolean;
  /** True if it receives decoded changes instead of WAL: a subscriber or a change feed, not a standby. */
  readonly isLogical?: boolean;
}

/** True for clients of a WAL sender that cannot take over: WAL receivers, backups, logical subscribers. */
export function isReceiver({ name, state, isLogical }: StandbyFact): boolean {
  return isLogical === true || state === 'backup' || /receive.?(wal|xlog)|basebackup|barman|wal-?g/i.test(name);
}

export interface ReplicationFact {
  readonly standbys: readonly StandbyFact[];
  /** `synchronous_standby_names`. */
  readonly required: string;
  /** True if this role may read the state of standbys (pg_monitor, or superuser). */
  readonly isShown: boolean;
}

export interface ArchivingFact {
  readonly mode: string;
  /** Absent if the role may not read it. */
  readonly command?: string;
  readonly library?: string;
  /** Seconds; 0 means never. */
  readonly timeoutSeconds: number;
  readonly archived: number;
  readonly failed: number;
  readonly lastArchived?: { readonly wal: string; readonly at: string };
  readonly lastFailed?: { readonly wal: string; readonly at: string };
  /** Whole segments written after the last archived one; absent if they cannot be counted. */
  readonly waitingSegments?: number;
  /** Bytes in the segment that is being written. */
  readonly openBytes?: number;
  /** Time of the server's own clock. */
  readonly now: string;
}
