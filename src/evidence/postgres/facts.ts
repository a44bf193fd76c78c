import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';
import type { UpkeepFact } from './upkeep-facts.ts';

/**
 * Why a login failed, by SQLSTATE and the server's routine, because the server's messages are localised. `role`: the
 * role does not exist or may not log in. `access`: pg_hba.conf. `…-limit`: connection limits. `silent`: no answer in
 * time. `no-secret`: the password's reference does not resolve, so that no login was tried.
 */
export type LoginFaultKind =
  | 'password'
  | 'role'
  | 'access'
  | 'role-limit'
  | 'server-limit'
  | 'database-limit'
  | 'no-database'
  | 'closed-database'
  | 'no-connect'
  | 'not-ready'
  | 'silent'
  | 'no-secret'
  | 'other';

export interface LoginFault extends FaultFact {
  readonly kind: LoginFaultKind;
}

/** What pg_roles shows of a role to every role. A limit below 0 means no limit. */
export interface RoleFact {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly mayCreateDatabases: boolean;
  readonly mayLogin: boolean;
  readonly connectionLimit: number;
  /** ISO time; absent if the password does not expire. */
  readonly validUntil?: string;
}

/** What pg_database shows of a database to every role, even without the right to connect. */
export interface DatabaseFact {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly takesConnections: boolean;
  /** Below 0: no limit. */
  readonly connectionLimit: number;
  /** Absent if this role may not read the size. */
  readonly bytes?: number;
}

/** One setting in a session of Dify. `source`: `default`, `configuration file`, `database`, `user`, `client`, … */
export interface SettingFact {
  readonly value: string;
  readonly source: string;
}

/** A trial in a transaction that is rolled back; `refused` has the server's code and text. */
export interface TrialFact {
  readonly refused?: { readonly code: string; readonly text: string };
}

/** What a session in one of Dify's databases sees, with Dify's own role. */
export interface SessionFact {
  /** The session's role; a pooler may replace the one of the login. */
  readonly user: string;
  readonly settings: Readonly<Record<SessionSetting, SettingFact | undefined>>;
  /** Schema of a table that names none; absent if no schema of the search path exists. */
  readonly schema?: string;
  /** True if the server of this session is a standby. */
  readonly isInRecovery?: boolean;
  /** Creates a table with a uuid, inserts a row and drops it. */
  readonly table: TrialFact;
  /** How the commit of that ended: `waits` if it hung until it was cancelled; absent if it was not reached. */
  readonly commit?: 'ended' | 'waits';
  /**
   * CREATE EXTENSION "uuid-ossp" and a use of it, as in the api's first migration; absent if migrations ran already,
   * and for the plugin daemon.
   */
  readonly uuid?: TrialFact;
  /**
   * Tables in schema public that this role neither owns nor inherits, for example of an earlier installation:
   * migrations cannot alter them.
   */
  readonly foreignTables: { readonly count: number; readonly owners: readonly string[] };
  /** Schemas in which migrations of the api have run. */
  readonly migrated?: readonly string[];
  /** Dify's tables of runs and messages, by the planner's statistics; absent if they do not exist. */
  readonly logTables?: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[];
  /**
   * `client_encoding` as set for the role or the database. A client that requests no encoding gets it, as Dify's do.
   */
  readonly clientEncoding?: string;
}

export const SESSION_SETTINGS = [
  'default_transaction_read_only',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'default_transaction_isolation',
  'synchronous_commit',
  'transaction_timeout',
  'TimeZone',
] as const;
export type SessionSetting = (typeof SESSION_SETTINGS)[number];

/** One of the two databases, entered with the login of the process that uses it. */
export interface EntryFact {
  readonly which: 'main' | 'plugin';
  readonly database: string;
  readonly username: string;
  readonly fault?: LoginFault;
  /**
   * Present if the login to the database failed: whether the role may connect to `postgres`, from where the plugin
   * daemon creates its database.
   */
  readonly mayEnterPostgres?: boolean;
  /** Absent if the database does not exist, or no session could read the catalog. */
  readonly catalog?: DatabaseFact;
  readonly session?: SessionFact;
}

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

export interface ConnectionsFact {
  readonly max: number;
  /** Reserved for superusers and by `reserved_connections`. */
  readonly reserved: number;
  /** Connections of other clients than Dify's own roles in Dify's databases. */
  readonly others: number;
}

/** A connection pooler in front of the server. */
export interface PoolerFact {
  readonly product: 'PgBouncer' | 'unknown';
  readonly version?: string;
  readonly mode?: 'session' | 'transaction' | 'statement';
  /** Whether a prepared statement still exists on another server connection; absent if that could not be observed. */
  readonly keepsPrepared?: boolean;
  /** Outcome of a second session beside Dify's first; absent if it was served. */
  readonly next?: 'waits' | 'refused';
  /** Why the api's startup options were refused; absent if they were accepted. */
  readonly refusedOptions?: { readonly code: string; readonly text: string };
  /** The pooler's own settings; absent if this role may not read its console. */
  readonly console?: {
    readonly poolSizes: Readonly<Record<string, number>>;
    readonly defaultPoolSize: number;
    readonly maxClients: number;
  };
}

export interface ServerFact {
  /** `server_version_num`: 150008. */
  readonly version: number;
  /** Without the platform: `PostgreSQL 15.8`. */
  readonly product: string;
  readonly isInRecovery: boolean;
  readonly connections?: ConnectionsFact;
  readonly replication?: ReplicationFact;
  readonly archiving?: ArchivingFact;
  /** Bytes; absent if this role may not read it. */
  readonly sharedBuffers?: number;
  /** Milliseconds of each trivial query, sorted; empty if `fault` ended the probe before. */
  readonly latencies: readonly number[];
  readonly pooler?: PoolerFact;
  /** Start time of the first server that answered, by its own clock. */
  readonly startedAt?: string;
  /** The servers that further connections to the same address reached; empty behind a pooler. */
  readonly backends?: readonly BackendFact[];
  /** Server-wide settings that can endanger stored data. */
  readonly settings?: Readonly<Partial<Record<ServerSetting, string>>>;
  readonly upkeep?: UpkeepFact;
}

export const SERVER_SETTINGS = [
  'fsync',
  'full_page_writes',
  'autovacuum',
  'track_counts',
  'max_slot_wal_keep_size',
] as const;
type ServerSetting = (typeof SERVER_SETTINGS)[number];

/** The server that one connection reached. */
export interface BackendFact {
  readonly isInRecovery: boolean;
  readonly startedAt: string;
}

/** What the vendor's CLI says of a managed server. */
export interface VendorFact {
  /** `aws`, `az`, `gcloud`. */
  readonly program: string;
  /** Whether it fails over to a standby. */
  readonly hasStandby?: boolean;
  /** Whether it can be restored to a point in time. */
  readonly hasBackups?: boolean;
}

/** Evidence of the external PostgreSQL, stage by stage: connection, TLS, a login for each database, facts. */
export interface PostgresFacts {
  /** `pg.example.internal:5432`. */
  readonly address: string;
  /** The server's certificate; absent without TLS. */
  readonly certificate?: CertificateFact;
  /**
   * The error that ended the probe: stage resolve, connect or tls, or a later one if the server stops answering. Facts
   * that were collected before are kept; one that is missing was not asked.
   */
  readonly fault?: FaultFact;
  /** The main database, then the plugin daemon's; those known when `fault` ended the probe. */
  readonly entries: readonly EntryFact[];
  /** Those roles of the file that exist. */
  readonly roles: readonly RoleFact[];
  /** Absent if no session was opened. */
  readonly server?: ServerFact;
  /** Present for a managed server, if the vendor's CLI is logged in. */
  readonly vendor?: VendorFact;
}

export const POSTGRES = evidenceKey<PostgresFacts>('postgres', 2);
