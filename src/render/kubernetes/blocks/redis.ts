import type { Redis, SentinelRedis, StandaloneRedis } from '../../../deployment/schema/redis.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  SECRET_PLACEHOLDER,
  secretPlaceholder,
  unite,
  type Variables,
} from '../../../providers/chart-block.ts';
import type { ServiceAddresses } from '../../dify-env/addresses.ts';
import { type BundledContext, bundledImage, bundledPlace, MINIMAL_REQUESTS } from './bundled.ts';

const CLIENTS = [...API_PROCESSES, 'pluginDaemon'] as const;

/**
 * Redis. `extraEnv` always replaces the three URLs that the chart composes, because the chart does not encode
 * passwords. With Sentinel it also replaces TLS and user name, which the chart omits then.
 */
export function redisBlock(redis: Redis, addresses: ServiceAddresses, bundled: BundledContext): ChartBlock {
  const worker = given(['worker', 'beat'], { CELERY_BACKEND: 'redis' });
  if (redis.mode === 'bundled') {
    const { host, port } = addresses.bundled.redis;
    const client = {
      REDIS_HOST: host,
      REDIS_PORT: String(port),
      REDIS_USE_SSL: 'false',
      REDIS_DB: '0',
      REDIS_USERNAME: '',
    };
    return { values: { redis: bundledRedis(bundled) }, gives: unite(given(CLIENTS, client), worker) };
  }
  const common: Variables = {
    REDIS_USERNAME: redis.username ?? '',
    REDIS_DB: String(redis.databases.cache),
    ...(redis.password === undefined ? { REDIS_PASSWORD: '' } : {}),
  };
  const external = {
    enabled: true,
    username: redis.username ?? '',
    password: secretPlaceholder(redis.password),
    db: { app: redis.databases.cache, celery: redis.databases.broker, agent: redis.databases.agent },
    useSSL: redis.tls.mode !== 'disable',
  };
  const { values, gives, celery } = redis.topology === 'sentinel' ? sentinel(redis) : standalone(redis);
  return {
    values: { redis: { enabled: false }, externalRedis: { ...external, ...values } },
    gives: unite(given(CLIENTS, { ...common, ...gives }), worker, given(API_PROCESSES, celery)),
  };
}

interface Topology {
  readonly values: ChartBlock['values'];
  readonly gives: Variables;
  readonly celery: Variables;
}

function standalone(redis: StandaloneRedis): Topology {
  return {
    values: { host: redis.host, port: redis.port },
    gives: {
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      REDIS_USE_SSL: String(redis.tls.mode !== 'disable'),
    },
    celery: {},
  };
}

function sentinel({ sentinel: at }: SentinelRedis): Topology {
  return {
    values: {
      sentinel: { enabled: true, masterSet: at.master, sentinels: at.nodes, password: secretPlaceholder(at.password) },
    },
    gives: {
      REDIS_USE_SENTINEL: 'true',
      REDIS_SENTINELS: at.nodes.join(','),
      REDIS_SENTINEL_SERVICE_NAME: at.master,
      REDIS_SENTINEL_USERNAME: '',
      REDIS_SENTINEL_SOCKET_TIMEOUT: '0.1',
      ...(at.password === undefined ? { REDIS_SENTINEL_PASSWORD: '' } : {}),
    },
    celery: {
      CELERY_USE_SENTINEL: 'true',
      CELERY_SENTINEL_MASTER_NAME: at.master,
      CELERY_SENTINEL_SOCKET_TIMEOUT: '0.1',
    },
  };
}

/**
 * One server. The chart's replicas do not fail over without Sentinel, and the agent backend does not support Sentinel.
 */
function bundledRedis(context: BundledContext) {
  return {
    enabled: true,
    architecture: 'standalone',
    sentinel: { enabled: false },
    auth: {
      password: SECRET_PLACEHOLDER,
      existingSecret: context.secretName,
      existingSecretPasswordKey: 'redis.password',
    },
    ...bundledImage(context),
    master: {
      resources: { requests: MINIMAL_REQUESTS.redis },
      ...bundledPlace(context),
      ...(context.storageClass === undefined ? {} : { persistence: { storageClass: context.storageClass } }),
    },
  };
}
