import type { SecretPath } from '../../base/secret-ref.ts';
import type { Redis, SentinelRedis, StandaloneRedis } from '../../deployment/schema/redis.ts';
import { composed, type EnvEntry, literal, type SecretForms, secret } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { caFilePath } from './ca-certificates.ts';
import { urlHost, userinfo } from './url.ts';

const PASSWORD: SecretPath = 'redis.password';
/** Upstream's 0.1 s is too short for a sentinel outside the local network. */
const SENTINEL_TIMEOUT_SECONDS = '1.0';

type ExternalRedis = StandaloneRedis | SentinelRedis;

/**
 * Redis for cache, locks and events of api, worker, beat, websocket and plugin daemon. Both programs read the same
 * names.
 */
export function redisClient(redis: Redis, addresses: ServiceAddresses): readonly EnvEntry[] {
  if (redis.mode === 'bundled') {
    const { host, port } = addresses.bundled.redis;
    return [
      literal('REDIS_HOST', host),
      literal('REDIS_PORT', port),
      literal('REDIS_USERNAME', ''),
      secret('REDIS_PASSWORD', PASSWORD),
      literal('REDIS_DB', redis.databases.cache),
      literal('REDIS_USE_SSL', false),
    ];
  }
  return [
    ...(redis.topology === 'standalone'
      ? [literal('REDIS_HOST', redis.host), literal('REDIS_PORT', redis.port)]
      : sentinelClient(redis)),
    literal('REDIS_USERNAME', redis.username ?? ''),
    redis.password === undefined ? literal('REDIS_PASSWORD', '') : secret('REDIS_PASSWORD', PASSWORD),
    literal('REDIS_DB', redis.databases.cache),
    ...tlsClient(redis, addresses),
  ];
}

function sentinelClient(redis: SentinelRedis): readonly EnvEntry[] {
  const { sentinel } = redis;
  return [
    literal('REDIS_USE_SENTINEL', true),
    literal('REDIS_SENTINELS', sentinel.nodes.join(',')),
    literal('REDIS_SENTINEL_SERVICE_NAME', sentinel.master),
    literal('REDIS_SENTINEL_USERNAME', sentinel.username ?? ''),
    sentinel.password === undefined
      ? literal('REDIS_SENTINEL_PASSWORD', '')
      : secret('REDIS_SENTINEL_PASSWORD', 'redis.sentinel.password'),
    literal('REDIS_SENTINEL_SOCKET_TIMEOUT', SENTINEL_TIMEOUT_SECONDS),
  ];
}

function tlsClient(redis: ExternalRedis, addresses: ServiceAddresses): readonly EnvEntry[] {
  const { tls } = redis;
  if (tls.mode === 'disable') return [literal('REDIS_USE_SSL', false)];
  return [
    literal('REDIS_USE_SSL', true),
    literal('REDIS_SSL_CERT_REQS', tls.mode === 'verify-full' ? 'CERT_REQUIRED' : 'CERT_NONE'),
    ...(tls.caFile === undefined ? [] : [literal('REDIS_SSL_CA_CERTS', caFilePath(addresses.paths, 'redis'))]),
  ];
}

/**
 * Celery's broker, for api, worker, beat and websocket. With Sentinel it is one complete URL per sentinel, joined by
 * semicolons, each with the user and password of the master. The password of the sentinels has its own variable.
 */
export function celeryBroker(redis: Redis, addresses: ServiceAddresses): readonly EnvEntry[] {
  const broker = composed('CELERY_BROKER_URL', passwordOf(redis), (forms) => brokerUrl(redis, addresses, forms));
  const backend = literal('CELERY_BACKEND', 'redis');
  if (redis.mode === 'bundled' || redis.topology === 'standalone') return [broker, backend];
  return [
    broker,
    backend,
    literal('CELERY_USE_SENTINEL', true),
    literal('CELERY_SENTINEL_MASTER_NAME', redis.sentinel.master),
    ...(redis.sentinel.password === undefined ? [] : [secret('CELERY_SENTINEL_PASSWORD', 'redis.sentinel.password')]),
    literal('CELERY_SENTINEL_SOCKET_TIMEOUT', SENTINEL_TIMEOUT_SECONDS),
  ];
}

function brokerUrl(redis: Redis, addresses: ServiceAddresses, forms: SecretForms): string {
  if (redis.mode === 'bundled' || redis.topology === 'standalone') {
    return `${plainUrl(redis, addresses, forms)}/${redis.databases.broker}`;
  }
  const login = userinfo(redis.username, redis.password === undefined ? undefined : forms.userinfo(PASSWORD));
  return redis.sentinel.nodes.map((node) => `sentinel://${login}${node}/${redis.databases.broker}`).join(';');
}

/**
 * DIFY_AGENT_REDIS_URL of the agent backend, including the TLS settings in its query. The backend opens it with
 * redis-py's `from_url`, which does not support Sentinel. Returns undefined for Sentinel if the file has no
 * `redis.agentUrl`.
 */
export function agentRedis(redis: Redis, addresses: ServiceAddresses): EnvEntry | undefined {
  const name = 'DIFY_AGENT_REDIS_URL';
  if (redis.mode === 'external' && redis.agentUrl !== undefined) return secret(name, 'redis.agentUrl');
  if (redis.mode === 'external' && redis.topology === 'sentinel') return undefined;
  return composed(name, passwordOf(redis), (forms) => {
    const url = `${plainUrl(redis, addresses, forms)}/${redis.databases.agent}`;
    return redis.mode === 'bundled' ? url : `${url}${agentTls(redis, addresses)}`;
  });
}

function agentTls(redis: StandaloneRedis, addresses: ServiceAddresses): string {
  const { tls } = redis;
  if (tls.mode === 'disable') return '';
  if (tls.mode === 'require') return '?ssl_cert_reqs=none';
  const ca = tls.caFile === undefined ? '' : `&ssl_ca_certs=${caFilePath(addresses.paths, 'redis')}`;
  return `?ssl_cert_reqs=required${ca}`;
}

function plainUrl(
  redis: Exclude<Redis, { readonly topology: 'sentinel' }>,
  addresses: ServiceAddresses,
  forms: SecretForms,
): string {
  if (redis.mode === 'bundled') {
    const { host, port } = addresses.bundled.redis;
    return `redis://${userinfo(undefined, forms.userinfo(PASSWORD))}${host}:${port}`;
  }
  const scheme = redis.tls.mode === 'disable' ? 'redis' : 'rediss';
  const login = userinfo(redis.username, redis.password === undefined ? undefined : forms.userinfo(PASSWORD));
  return `${scheme}://${login}${urlHost(redis.host)}:${redis.port}`;
}

function passwordOf(redis: Redis): readonly SecretPath[] {
  return redis.mode === 'bundled' || redis.password !== undefined ? [PASSWORD] : [];
}
