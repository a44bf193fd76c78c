import type { Check } from '../check.ts';
import { redisAgentBackend } from './agent-backend.ts';
import { redisLogin, redisTls } from './connection.ts';
import { redisConnections } from './connections.ts';
import { redisDatabases, redisRights, redisWrites } from './databases.ts';
import { redisClusterMode, redisRole, redisVersion } from './kind.ts';
import { redisMaster } from './master.ts';
import { redisEvictionPolicy, redisSize } from './memory.ts';
import { redisPersistence } from './persistence.ts';
import { redisReplication } from './replication.ts';
import { redisEventBus, redisFailoverTiming, redisSentinelClient } from './sentinel-client.ts';
import { redisSentinels } from './sentinels.ts';
import { redisTopology } from './topology.ts';

/** In the order in which a connection is made. */
export const redisChecks: readonly Check[] = [
  redisTopology,
  redisMaster,
  redisSentinels,
  redisSentinelClient,
  redisTls,
  redisLogin,
  redisVersion,
  redisClusterMode,
  redisRole,
  redisDatabases,
  redisWrites,
  redisRights,
  redisEvictionPolicy,
  redisSize,
  redisConnections,
  redisPersistence,
  redisReplication,
  redisFailoverTiming,
  redisEventBus,
  redisAgentBackend,
];
