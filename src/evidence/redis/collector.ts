import type { Redis, SentinelRedis } from '../../deployment/schema/redis.ts';
import { customCa } from '../../net/custom-ca.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { type CollectContext, CollectionError, type Collector } from '../evidence.ts';
import { resolvedSecret } from '../secret-values.ts';
import { parseAgentUrl } from './agent-url.ts';
import { addressOf, type ConnectOptions, type RedisTarget } from './connect.ts';
import type { UsedDatabase } from './databases.ts';
import {
  type FailoverCandidateFact,
  REDIS,
  type RedisFacts,
  type RedisServerFact,
  type SentinelFact,
} from './facts.ts';
import { askSentinel } from './sentinel.ts';
import { askServer, probeCandidate } from './server.ts';

type ExternalRedis = Exclude<Redis, { readonly mode: 'bundled' }>;

/** Milliseconds: as long as Dify waits for Redis (REDIS_SOCKET_TIMEOUT and REDIS_SOCKET_CONNECT_TIMEOUT). */
const ANSWER_MS = 5_000;

type Context = CollectContext & Pick<ConnectOptions, 'limitMs'>;

/**
 * Probes the sentinels concurrently, then the master they name, and the agent backend's server, as Dify's own clients
 * would.
 */
export const redisCollector = redisCollectorWithin(ANSWER_MS);

/** The same with `limitMs` for each connection, for TLS, and for each answer. */
export function redisCollectorWithin(limitMs: number): Collector<RedisFacts> {
  return {
    key: REDIS,
    // A sentinel and then a master: each may need 5 s to connect, for TLS and for each of a few answers.
    timeoutMs: 60_000,
    fromCluster: true,
    collect: async (given) => {
      const context = { ...given, limitMs };
      const redis = context.deployment?.redis;
      if (redis === undefined || redis.mode === 'bundled')
        throw new CollectionError('absent', 'an external Redis in the file');
      const [found, agent] = await Promise.all([askDify(redis, context), askAgent(redis, context)]);
      return { ...found, ...(agent === undefined ? {} : { agent }) };
    },
  };
}

async function askDify(redis: ExternalRedis, context: Context): Promise<Omit<RedisFacts, 'agent'>> {
  const databases: readonly UsedDatabase[] = [
    { use: 'cache', number: redis.databases.cache },
    { use: 'broker', number: redis.databases.broker },
    // With Sentinel, the agent backend has its own address or is off.
    ...(redis.topology === 'standalone' && redis.agentUrl === undefined
      ? [{ use: 'agent' as const, number: redis.databases.agent }]
      : []),
  ];
  if (redis.topology === 'standalone') {
    return { sentinels: [], server: await askAt(redis, redis, databases, context) };
  }
  const sentinels = await askSentinels(redis, context);
  const master = mostNamed(sentinels);
  if (master === undefined) return { sentinels };
  const [server, failoverCandidates] = await Promise.all([
    askAt(parted(master), redis, databases, context),
    probeCandidates(sentinels, master, redis, context),
  ]);
  return { sentinels, server, failoverCandidates };
}

async function askAt(
  at: { readonly host: string; readonly port: number },
  redis: ExternalRedis,
  databases: readonly UsedDatabase[],
  context: Context,
): Promise<RedisServerFact> {
  const { host, port } = at;
  const bare = { address: addressOf(at), settings: {}, databases: [], refused: [] };
  const password = resolvedSecret(context.secrets, 'redis.password');
  if (redis.password !== undefined && password === undefined) return { ...bare, fault: noSecret('redis.password') };
  try {
    const { ca } = await customCa(redis.tls.caFile, context.baseDirectory);
    const tls = { mode: redis.tls.mode, ca };
    return await askServer({ host, port, username: redis.username, password, tls }, databases, context);
  } catch (error) {
    if (error instanceof ProbeError) return { ...bare, fault: error.fact };
    throw error;
  }
}

/** The most replicas that are probed, however many a sentinel lists. */
const MOST_CANDIDATES = 32;

/**
 * Probes the replicas of this master that sentinels consider up: Dify must be able to log in to any that is promoted.
 */
async function probeCandidates(
  sentinels: readonly SentinelFact[],
  master: string,
  redis: ExternalRedis,
  context: Context,
): Promise<readonly FailoverCandidateFact[]> {
  const password = resolvedSecret(context.secrets, 'redis.password');
  // Without the password the master cannot be entered either; Dify does not support TLS to data nodes under Sentinel.
  if ((redis.password !== undefined && password === undefined) || redis.tls.mode !== 'disable') return [];
  const candidates = sentinels.flatMap((one) => (one.master === master ? (one.candidates ?? []) : []));
  const addresses = new Set(candidates.filter(({ isUp }) => isUp).map(({ address }) => address));
  return Promise.all(
    [...addresses]
      .slice(0, MOST_CANDIDATES)
      .map((address) =>
        probeCandidate({ ...parted(address), username: redis.username, password, tls: { mode: 'disable' } }, context),
      ),
  );
}

/** Without TLS, whatever `redis.tls` says: Dify's clients use none to sentinels. */
function askSentinels(redis: SentinelRedis, context: Context): Promise<readonly SentinelFact[]> {
  const { master, nodes, username, password: reference } = redis.sentinel;
  const password = resolvedSecret(context.secrets, 'redis.sentinel.password');
  return Promise.all(
    nodes.map(async (node): Promise<SentinelFact> => {
      if (reference !== undefined && password === undefined) {
        const fault = noSecret('redis.sentinel.password');
        return { address: node, otherMasters: [], flags: [], downSentinels: [], fault };
      }
      const target: RedisTarget = { ...parted(node), username, password, tls: { mode: 'disable' } };
      return askSentinel(target, master, context);
    }),
  );
}

async function askAgent(redis: ExternalRedis, context: Context): Promise<RedisFacts['agent']> {
  const text = redis.agentUrl === undefined ? undefined : resolvedSecret(context.secrets, 'redis.agentUrl');
  if (text === undefined) return undefined;
  const parsed = parseAgentUrl(text);
  if ('malformed' in parsed) return parsed;
  return askServer(parsed.target, [{ use: 'agent', number: parsed.database }], context);
}

function noSecret(at: string) {
  return new ProbeError('login', 'NOSECRET', `${at} has no value`).fact;
}

/** The address that most sentinels name; the first one in a tie. */
function mostNamed(sentinels: readonly SentinelFact[]): string | undefined {
  const named = sentinels.flatMap(({ master }) => (master === undefined ? [] : [master]));
  const votes = (address: string) => named.filter((other) => other === address).length;
  return [...named].sort((a, b) => votes(b) - votes(a))[0];
}

/** Splits `host:port`; IPv6 with or without brackets. */
function parted(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
}
