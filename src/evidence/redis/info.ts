import { compact } from '../../base/json.ts';
/** One replica as its master sees it. */
export interface ReplicaFact {
  readonly address: string;
  /** `online`, or a state before it: `wait_bgsave`, `send_bulk`. */
  readonly state: string;
  /** Seconds since its last acknowledgement. */
  readonly lagSeconds: number;
  /** Bytes behind the master. */
  readonly behindBytes: number;
}

/** Fields of INFO that checks use; a managed service may hide some. */
export interface RedisInfo {
  readonly version?: string;
  /** Id of this start of the server. */
  readonly runId?: string;
  /** `standalone`, `cluster` or `sentinel`. */
  readonly mode?: string;
  readonly isCluster: boolean;
  readonly role?: 'master' | 'replica';
  /** Of a replica: `host:port` of its master. */
  readonly masterAddress?: string;
  readonly replicas: readonly ReplicaFact[];
  /** Bytes; 0: no limit. */
  readonly maxMemory?: number;
  readonly maxMemoryPolicy?: string;
  readonly usedMemory?: number;
  readonly systemMemory?: number;
  readonly maxClients?: number;
  readonly isAof?: boolean;
  readonly aofWriteStatus?: string;
  readonly aofRewriteStatus?: string;
  readonly rdbStatus?: string;
  /** Unix time in seconds of the last save; the server's start if there was none. */
  readonly rdbSavedAt?: number;
  readonly uptimeSeconds?: number;
}

/** Parses the text of INFO. Missing fields are absent. */
export function parseInfo(text: string): RedisInfo {
  const pairs = text.split(/\r?\n/).map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
  });
  const fields: Readonly<Record<string, string>> = Object.fromEntries(pairs);
  const masterAt = fields.master_host === undefined ? undefined : `${fields.master_host}:${fields.master_port}`;
  return compact({
    version: fields.redis_version,
    runId: fields.run_id,
    mode: fields.redis_mode,
    isCluster: fields.cluster_enabled === '1' || fields.redis_mode === 'cluster',
    role: roleOf(fields.role),
    masterAddress: masterAt,
    replicas: replicasOf(fields),
    maxMemory: numberOf(fields.maxmemory),
    maxMemoryPolicy: fields.maxmemory_policy,
    usedMemory: numberOf(fields.used_memory),
    systemMemory: numberOf(fields.total_system_memory),
    maxClients: numberOf(fields.maxclients),
    isAof: fields.aof_enabled === undefined ? undefined : fields.aof_enabled === '1',
    aofWriteStatus: fields.aof_last_write_status,
    aofRewriteStatus: fields.aof_last_bgrewrite_status,
    rdbStatus: fields.rdb_last_bgsave_status,
    rdbSavedAt: numberOf(fields.rdb_last_save_time),
    uptimeSeconds: numberOf(fields.uptime_in_seconds),
  });
}

function roleOf(text: string | undefined): RedisInfo['role'] {
  if (text === 'slave' || text === 'replica') return 'replica';
  return text === 'master' ? text : undefined;
}

/** `slave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=0`. */
function replicasOf(fields: Readonly<Record<string, string>>): readonly ReplicaFact[] {
  const written = numberOf(fields.master_repl_offset) ?? 0;
  return Object.entries(fields)
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, text]) => {
      const part = (name: string) => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(text)?.[1];
      const offset = numberOf(part('offset'));
      return {
        address: `${part('ip') ?? '?'}:${part('port') ?? '?'}`,
        state: part('state') ?? 'unknown',
        lagSeconds: numberOf(part('lag')) ?? 0,
        behindBytes: offset === undefined ? 0 : Math.max(0, written - offset),
      };
    });
}

function numberOf(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || text === '' || Number.isNaN(number) ? undefined : number;
}
