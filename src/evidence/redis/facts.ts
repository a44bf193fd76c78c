import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';
import type { RedisInfo } from './info.ts';

/** What uses a database: `cache` also holds locks and events, `broker` the queues of Celery. */
export type DatabaseUse = 'cache' | 'broker' | 'agent';

/** One numbered database: a key was written, read and deleted. */
export interface DatabaseFact {
  readonly use: DatabaseUse;
  readonly number: number;
  /** The first command that failed, and how; absent if all succeeded. */
  readonly fault?: FaultFact & { readonly command: string };
}

/** A command of Dify that this user may not send, or that the server does not know. */
export interface RefusedCommand {
  readonly command: string;
  /** The part of Dify that sends it. */
  readonly usedBy: string;
  /** `NOPERM`, or `ERR` for a command that was renamed or does not exist. */
  readonly code: string;
}

/** Settings by CONFIG GET; empty if the command is refused. */
export type RedisSettings = Readonly<Record<string, string>>;

/** The server that one more connection reached. */
export interface BackendFact {
  readonly isReplica: boolean;
  /** Absent if INFO does not show it. */
  readonly runId?: string;
}

/** A server that holds data: the standalone one, the master that sentinels name, or the agent backend's. */
export interface RedisServerFact {
  /** `host:port`. */
  readonly address: string;
  /** The error that ended the probe; absent if it completed. */
  readonly fault?: FaultFact;
  readonly certificate?: CertificateFact;
  /** Median of several PINGs in milliseconds. */
  readonly latencyMs?: number;
  /** Absent if INFO is refused. */
  readonly info?: RedisInfo;
  readonly settings: RedisSettings;
  /** The servers that further connections to the same address reached; absent if INFO is refused. */
  readonly backends?: readonly BackendFact[];
  readonly databases: readonly DatabaseFact[];
  readonly refused: readonly RefusedCommand[];
}

/** What one sentinel answered. */
export interface SentinelFact {
  readonly address: string;
  readonly fault?: FaultFact;
  /** `host:port` of the master with the name from the deployment. */
  readonly master?: string;
  /** Names of the masters it monitors, if it does not know that one. */
  readonly otherMasters: readonly string[];
  /** Its flags for the master: `master`, `s_down`, `o_down`, `disconnected`. */
  readonly flags: readonly string[];
  readonly quorum?: number;
  /** Sentinels it knows, itself included. */
  readonly sentinels?: number;
  /** `host:port` of its peers that it considers down. */
  readonly downSentinels: readonly string[];
  readonly replicas?: number;
  readonly downAfterMs?: number;
  readonly failoverTimeoutMs?: number;
  /** The replicas it could promote; absent if it refuses to list them. */
  readonly candidates?: readonly CandidateFact[];
  /** True in TILT mode: it stopped acting because its clock jumped or it was blocked. */
  readonly isTilted?: boolean;
  /** Whether AUTH with the password alone succeeds, as Celery sends it; absent if the file names no sentinel user. */
  readonly passwordAlone?: boolean;
}

/** A replica as one sentinel sees it. */
export interface CandidateFact {
  readonly address: string;
  /** False if the sentinel considers it down, or has no connection to it. */
  readonly isUp: boolean;
  /** `replica-priority`; 0 means it is never promoted. */
  readonly priority: number;
}

/** A replica that sentinels list, probed with Dify's login as if it were the master. */
export interface FailoverCandidateFact {
  readonly address: string;
  /** Absent if the login succeeded. */
  readonly fault?: FaultFact;
}

export interface RedisFacts {
  /** Empty for a standalone server. */
  readonly sentinels: readonly SentinelFact[];
  /** Absent if no sentinel names a master. */
  readonly server?: RedisServerFact;
  /** The replicas that could be promoted; absent for a standalone server, or if no sentinel names a master. */
  readonly failoverCandidates?: readonly FailoverCandidateFact[];
  /** The server of `redis.agentUrl`, or why the URL is malformed. */
  readonly agent?: RedisServerFact | { readonly malformed: string };
}
export const REDIS = evidenceKey<RedisFacts>('redis', 2);
