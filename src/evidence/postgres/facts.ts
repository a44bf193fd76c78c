import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';

/**
 * Why a login ended, by SQLSTATE and the server's own routine, since its words come in its own language. `role`: there is no such role, or it may not
 * log in. `access`: pg_hba.conf. `…-limit`: connection limits. `silent`: no answer in time. `no-secret`: the password's reference does not resolve, so
 * that nothing was tried.
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

/** What pg_roles shows of a role to everybody. Limits below 0 are none. */
export interface RoleFact {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly mayCreateDatabases: boolean;
  readonly mayLogin: boolean;
  readonly connectionLimit: number;
  /** ISO time; absent where the password does not end. */
  readonly validUntil?: string;
}

/** What pg_database shows of a database to everybody, whoever may connect to it. */
export interface DatabaseFact {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly takesConnections: boolean;
  /** Below 0: none. */
  readonly connectionLimit: number;
  /** Absent where this role may not ask. */
  readonly bytes?: number;
}

/** One setting as a session of Dify gets it. `source`: `default`, `configuration file`, `database`, `user`, `client`, … */
export interface SettingFact {
  readonly value: string;
  readonly source: string;
}

/** What was tried in a transaction and taken back; `refused` says by what code and words. */
export interface TrialFact {
  readonly refused?: { readonly code: string; readonly text: string };
}

/** What a session in one of Dify's databases sees, as Dify's own role. */
export interface SessionFact {
  /** The role that the server made of it: a pooler may put its own. */
  readonly user: string;
  readonly settings: Readonly<Record<SessionSetting, SettingFact | undefined>>;
  /** Where a table without a schema would go; absent where nowhere. */
  readonly schema?: string;
  /** True where this session is one of a standby. */
  readonly isInRecovery?: boolean;
  /** A table with a uuid was made, filled and dropped. */
  readonly table: TrialFact;
  /** How the commit of that went: `waits` where it did not end until it was cancelled; absent where it did not come to one. */
  readonly commit?: 'ended' | 'waits';
  /** CREATE EXTENSION "uuid-ossp" and a use of it, as the first migration of the api says; absent where the migrations ran already, and for the plugin daemon. */
  readonly uuid?: TrialFact;
  /** Tables of an earlier installation that this role neither owns nor inherits: migrations cannot alter them. */
  readonly foreignTables: { readonly count: number; readonly owners: readonly string[] };
  /** Schemas in which migrations of the api have run. */
  readonly migrated?: readonly string[];
  /** What Dify keeps of runs and messages, as the statistics have it; absent where these tables are not there. */
  readonly logTables?: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[];
  /** `client_encoding` as set for the role or the database: what a client gets that asks for none, as Dify's do. */
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

/** One of the two databases, entered as the process that uses it would. */
export interface EntryFact {
  readonly which: 'main' | 'plugin';
  readonly database: string;
  readonly username: string;
  readonly fault?: LoginFault;
  /** Where the database could not be entered: whether the role may enter `postgres`, from where the plugin daemon would make its own. */
  readonly mayEnterPostgres?: boolean;
  /** Absent where there is no such database, or nobody could look. */
  readonly catalog?: DatabaseFact;
  readonly session?: SessionFact;
}

/** A WAL sender's client. What a role without pg_monitor is not shown is absent. */
export interface StandbyFact {
  readonly name: string;
  readonly state?: string;
  readonly sync?: string;
  /** Bytes of log that it has not replayed. */
  readonly lagBytes?: number;
  /** False where it had received log and replayed none of it while it was watched. */
  readonly isReplaying?: boolean;
  /** True where it is sent decoded changes and not the log: a subscriber or a change feed, no standby. */
  readonly isLogical?: boolean;
}

export interface ReplicationFact {
  readonly standbys: readonly StandbyFact[];
  /** `synchronous_standby_names`. */
  readonly required: string;
  /** True where this role is shown the state of standbys (pg_monitor, or superuser). */
  readonly isShown: boolean;
}

export interface ArchivingFact {
  readonly mode: string;
  /** Absent where the role is not shown it. */
  readonly command?: string;
  readonly library?: string;
  /** Seconds; 0 is never. */
  readonly timeoutSeconds: number;
  readonly archived: number;
  readonly failed: number;
  readonly lastArchived?: { readonly wal: string; readonly at: string };
  readonly lastFailed?: { readonly wal: string; readonly at: string };
  /** Whole segments written after the last archived one; absent where they cannot be counted. */
  readonly waitingSegments?: number;
  /** Bytes in the segment that is being written. */
  readonly openBytes?: number;
  /** The server's own clock. */
  readonly now: string;
}

export interface ConnectionsFact {
  readonly max: number;
  /** Kept back for superusers and for `reserved_connections`. */
  readonly reserved: number;
  /** Clients that are not Dify's own roles in Dify's databases. */
  readonly others: number;
}

/** A program between that lends connections to the server. */
export interface PoolerFact {
  readonly product: 'PgBouncer' | 'unknown';
  readonly version?: string;
  readonly mode?: 'session' | 'transaction' | 'statement';
  /** Whether a prepared statement is there again on another server connection; absent where that was not seen. */
  readonly keepsPrepared?: boolean;
  /** What became of one more session beside Dify's first: absent where it was served. */
  readonly next?: 'waits' | 'refused';
  /** Why the api's startup options were refused; absent where they were taken. */
  readonly refusedOptions?: { readonly code: string; readonly text: string };
  /** The pooler's own figures, where this role may read its console. */
  readonly console?: {
    readonly poolSizes: Readonly<Record<string, number>>;
    readonly defaultPoolSize: number;
    readonly maxClients: number;
  };
}

export interface ServerFact {
  /** `server_version_num`: 150008. */
  readonly version: number;
  /** Up to the platform: `PostgreSQL 15.8`. */
  readonly product: string;
  readonly isInRecovery: boolean;
  readonly connections?: ConnectionsFact;
  readonly replication?: ReplicationFact;
  readonly archiving?: ArchivingFact;
  /** Bytes; absent where it is not shown. */
  readonly sharedBuffers?: number;
  /** Milliseconds of a trivial query, sorted. */
  readonly latencies: readonly number[];
  readonly pooler?: PoolerFact;
  /** When the server was started that answered first, by its own clock. */
  readonly startedAt?: string;
  /** The servers that further connections to the same address came to; empty behind a pooler. */
  readonly backends?: readonly BackendFact[];
  /** Settings of the whole server that endanger what is stored. */
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

/** The server that one connection came to. */
export interface BackendFact {
  readonly isInRecovery: boolean;
  readonly startedAt: string;
}

/** What piles up where nobody looks after it. */
export interface UpkeepFact {
  /** Replication slots that nobody uses, and the bytes of log that each keeps. */
  readonly idleSlots: readonly { readonly name: string; readonly keptBytes: number }[];
  /** Replication slots whose log is gone. */
  readonly lostSlots: readonly string[];
  /** The oldest database, in transactions. */
  readonly oldest?: { readonly database: string; readonly age: number };
  /** Prepared transactions that nobody ended for an hour. */
  readonly forgotten: readonly string[];
  /** Databases of the deployment that were sorted by another version of the library than the one in use. */
  readonly resorted: readonly string[];
}

/** What the vendor's own command line says of a managed server. */
export interface VendorFact {
  /** `aws`, `az`, `gcloud`. */
  readonly program: string;
  /** Whether it fails over to another one. */
  readonly hasStandby?: boolean;
  /** Whether it can be restored to a point in time. */
  readonly hasBackups?: boolean;
}

/** What was seen of the external PostgreSQL, stage by stage: connection, TLS, a login for each database, facts. */
export interface PostgresFacts {
  /** `pg.example.internal:5432`. */
  readonly address: string;
  /** What was shown; absent without TLS. */
  readonly certificate?: CertificateFact;
  /** The fault that ended the probe before any login: stage resolve, connect or tls. */
  readonly fault?: FaultFact;
  /** The main database, then the plugin daemon's; empty where no login was tried. */
  readonly entries: readonly EntryFact[];
  /** The roles of the file, as far as there are such. */
  readonly roles: readonly RoleFact[];
  /** Absent where no session came about. */
  readonly server?: ServerFact;
  /** Of a managed server, where somebody is logged in. */
  readonly vendor?: VendorFact;
}

export const POSTGRES = evidenceKey<PostgresFacts>('postgres', 2);
