import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { evidenceKey } from '../evidence.ts';
import type { RedisInfo } from './info.ts';

/** What Dify keeps in a database of its own: `cache` also holds locks and events, `broker` the queues of Celery. */
export type DatabaseUse = 'cache' | 'broker' | 'agent';

/** One numbered database, written to, read from and cleaned as Dify would. */
export interface DatabaseFact {
  readonly use: DatabaseUse;
  readonly number: number;
  /** Which command failed first, and how; absent where all went well. */
  readonly fault?: FaultFact & { readonly command: string };
}

/** A command that Dify sends and that this user may not, or that the server does not know. */
export interface RefusedCommand {
  readonly command: string;
  /** What in Dify sends it. */
  readonly usedBy: string;
  /** `NOPERM`, or `ERR` for a command that was renamed or is missing. */
  readonly code: string;
}

/** Settings that only CONFIG shows; empty where it is refused. */
export type RedisSettings = Readonly<Record<string, string>>;

/** The server that one more connection came to. */
export interface BackendFact {
  readonly isReplica: boolean;
  /** Absent where it is not shown. */
  readonly runId?: string;
}

/** A server that holds data: the standalone one, the master that sentinels name, or the agent backend's. */
export interface RedisServerFact {
  /** `host:port`. */
  readonly address: string;
  /** How far the probe came; absent where it came through. */
  readonly fault?: FaultFact;
  readonly certificate?: CertificateFact;
  /** Milliseconds of a PING, the middle one of several. */
  readonly latencyMs?: number;
  /** Absent where INFO is refused. */
  readonly info?: RedisInfo;
  readonly settings: RedisSettings;
  /** The servers that further connections to the same address came to; absent where that was not asked. */
  readonly backends?: readonly BackendFact[];
  readonly databases: readonly DatabaseFact[];
  readonly refused: readonly RefusedCommand[];
}

/** One sentinel, asked on its own. */
export interface SentinelFact {
  readonly address: string;
  readonly fault?: FaultFact;
  /** `host:port` of the master of the name that the deployment uses. */
  readonly master?: string;
  /** Names of all masters it watches, where it does not know that one. */
  readonly otherMasters: readonly string[];
  /** What it holds of the master: `master`, `s_down`, `o_down`, `disconnected`. */
  readonly flags: readonly string[];
  readonly quorum?: number;
  /** Sentinels it knows, itself included. */
  readonly sentinels?: number;
  /** `host:port` of the fellow sentinels that it holds to be down. */
  readonly downSentinels: readonly string[];
  readonly replicas?: number;
  readonly downAfterMs?: number;
  readonly failoverTimeoutMs?: number;
  /** What it holds of the replicas that it could promote; absent where it does not say. */
  readonly candidates?: readonly CandidateFact[];
  /** True where it has stopped acting, since its clock jumped or it was held up (TILT). */
  readonly isTilted?: boolean;
  /** Celery sends a password and no user name: false where only the named user gets in. */
  readonly passwordAlone?: boolean;
}

/** A replica in the eyes of one sentinel. */
export interface CandidateFact {
  readonly address: string;
  /** False where the sentinel holds it to be down, or has no connection to it. */
  readonly isUp: boolean;
  /** `replica-priority`; with 0 it is never promoted. */
  readonly priority: number;
}

/** A replica that sentinels name, asked as Dify will once it is the master. */
export interface FailoverCandidateFact {
  readonly address: string;
  /** Absent where it let Dify in. */
  readonly fault?: FaultFact;
}

export interface RedisFacts {
  /** Empty for a standalone server. */
  readonly sentinels: readonly SentinelFact[];
  /** Absent where no sentinel names a master. */
  readonly server?: RedisServerFact;
  /** The replicas that could be promoted; empty for a standalone server. */
  readonly failoverCandidates?: readonly FailoverCandidateFact[];
  /** What `redis.agentUrl` leads to, or why it is no address. */
  readonly agent?: RedisServerFact | { readonly malformed: string };
}
export const REDIS = evidenceKey<RedisFacts>('redis', 2);
