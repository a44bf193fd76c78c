import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';
import type { PoolerFact } from './pooler-facts.ts';
import type { ArchivingFact, ReplicationFact } from './replication-facts.ts';
import type { SessionFact } from './session-facts.ts';
import type { UpkeepFact } from './upkeep-facts.ts';
import type { VendorFact } from './vendor-facts.ts';

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

export interface ConnectionsFact {
  readonly max: number;
  /** Reserved for superusers and by `reserved_connections`. */
  readonly reserved: number;
  /** Connections of other clients than Dify's own roles in Dify's databases. */
  readonly others: number;
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
