import { secret } from '../../../providers/env-entry.ts';
import { BUNDLED_POSTGRES_USER, databaseLogin } from '../../dify-env/postgres.ts';
import { SERVICE_IMAGES } from '../../images.ts';
import type { ComposeContext } from '../context.ts';
import { HEALTH, postgresHealth } from '../health.ts';
import { dataMount } from '../host-paths.ts';
import { COMPOSE_ADDRESSES, PORTS, POSTGRES, REDIS, WEAVIATE } from '../names.ts';
import { maxConnections } from '../postgres-connections.ts';
import type { Service } from '../service.ts';

/** The bundled data services. An external service has no container. */
export function dataServices(context: ComposeContext): Readonly<Record<string, Service>> {
  const { postgres, redis, vectorStore } = context.deployment;
  return {
    ...(postgres.mode === 'bundled' ? { [POSTGRES]: postgresService(context) } : {}),
    ...(redis.mode === 'bundled' ? { [REDIS]: redisService(context) } : {}),
    ...(vectorStore.mode === 'bundled' ? { [WEAVIATE]: weaviateService(context) } : {}),
  };
}

function postgresService(context: ComposeContext): Service {
  const { deployment, variables } = context;
  const { database } = databaseLogin(deployment.postgres, 'main', COMPOSE_ADDRESSES);
  return {
    image: context.image(SERVICE_IMAGES.postgres),
    component: 'postgres',
    environment: {
      ...variables.environment([secret('POSTGRES_PASSWORD', 'postgres.password')]),
      POSTGRES_USER: BUNDLED_POSTGRES_USER,
      POSTGRES_DB: database,
      PGDATA: '/var/lib/postgresql/data/pgdata',
    },
    command: ['postgres', '-c', `max_connections=${maxConnections(deployment)}`, '-c', 'shared_buffers=256MB'],
    volumes: [dataMount('./volumes/db/data', '/var/lib/postgresql/data')],
    networks: ['default'],
    health: postgresHealth(database),
    stopSeconds: 60,
    extra: { shm_size: '256m' },
  };
}

/**
 * Redis reads its password from standard input, as a line of configuration: on the command line it would be visible in
 * the host's process list. `exec` makes Redis the process that receives the stop signal, so that it saves its data.
 */
const REDIS_START = [
  `escaped=$$(printf %s "$$REDISCLI_AUTH" | sed 's/[\\"]/\\\\&/g')`,
  'exec docker-entrypoint.sh redis-server - <<END',
  'requirepass "$$escaped"',
  'dir /data',
];

const PERSISTENCE = {
  none: ['save ""', 'appendonly no'],
  rdb: ['appendonly no'],
  aof: ['appendonly yes', 'appendfsync everysec'],
} as const;

function redisService(context: ComposeContext): Service {
  const { deployment, variables } = context;
  const persistence = PERSISTENCE[deployment.recovery?.redis?.persistence ?? 'rdb'];
  return {
    image: context.image(SERVICE_IMAGES.redis),
    component: 'redis',
    environment: variables.environment([secret('REDISCLI_AUTH', 'redis.password')]),
    command: ['sh', '-c', [...REDIS_START, ...persistence, 'END', ''].join('\n')],
    volumes: [dataMount('./volumes/redis/data', '/data')],
    networks: ['default'],
    health: HEALTH.redis,
    stopSeconds: 30,
  };
}

/** The bundled Weaviate. SIGKILL silently loses part of its index, so it has 300 s to stop. */
function weaviateService(context: ComposeContext): Service {
  const user = 'dify';
  return {
    image: context.image(SERVICE_IMAGES.weaviate),
    component: 'weaviate',
    environment: {
      ...context.variables.environment([secret('AUTHENTICATION_APIKEY_ALLOWED_KEYS', 'vectorStore.apiKey')]),
      AUTHENTICATION_APIKEY_ENABLED: 'true',
      AUTHENTICATION_APIKEY_USERS: user,
      AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false',
      AUTHORIZATION_ADMINLIST_ENABLED: 'true',
      AUTHORIZATION_ADMINLIST_USERS: user,
      PERSISTENCE_DATA_PATH: '/var/lib/weaviate',
      QUERY_DEFAULTS_LIMIT: '25',
      DEFAULT_VECTORIZER_MODULE: 'none',
      CLUSTER_HOSTNAME: 'node1',
      DISABLE_TELEMETRY: 'true',
      GRPC_PORT: String(PORTS.weaviateGrpc),
    },
    volumes: [dataMount('./volumes/weaviate', '/var/lib/weaviate')],
    networks: ['default'],
    health: HEALTH.weaviate,
    stopSeconds: 300,
  };
}
