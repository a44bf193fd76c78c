import { shellWord } from '../../base/shell-word.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Redis } from '../../deployment/schema/redis.ts';
import type { EvidenceOrigin } from '../../evidence/evidence.ts';
import { REDIS, type RedisFacts, type RedisServerFact } from '../../evidence/redis/facts.ts';
import type { RedisInfo } from '../../evidence/redis/info.ts';
import type { JudgeContext, Judgement } from '../check.ts';
import { deploymentOf } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { whereFile } from '../when.ts';

type ExternalRedis = Exclude<Redis, { readonly mode: 'bundled' }>;

export const onExternalRedis = whereFile(({ redis }) => redis.mode === 'external');
export const onSentinel = whereFile(({ redis }) => redis.mode === 'external' && redis.topology === 'sentinel');

/** What the checks of Redis judge. */
export interface RedisContext {
  readonly deployment: Deployment;
  readonly redis: ExternalRedis;
  readonly from: EvidenceOrigin;
  readonly evidence: RedisFacts;
}

/** The input of a check that requires REDIS. Throws if Redis is bundled. */
export function redisContext(context: JudgeContext): RedisContext {
  const deployment = deploymentOf(context);
  const { redis } = deployment;
  if (redis.mode === 'bundled') throw new Error('judged with a bundled Redis');
  return {
    deployment,
    redis,
    from: context.optionalEvidence(REDIS)?.from ?? 'local',
    evidence: context.evidence(REDIS),
  };
}

/** A skip if the server could not be connected to, with the check that reports it; undefined if it could. */
export function unconnected({ redis, evidence }: RedisContext): Judgement | undefined {
  const stage = evidence.server?.fault?.stage;
  if (evidence.server !== undefined && stage !== 'resolve' && stage !== 'connect') return undefined;
  return notReached(redis.topology === 'sentinel' ? 'redis.master' : 'redis.reachable');
}

/** The server if it accepted its user, else a skip with the check that reports why not. */
export function answering(found: RedisContext): RedisServerFact | Judgement {
  const { server } = found.evidence;
  const away = unconnected(found);
  if (away !== undefined || server === undefined) return away ?? notReached('redis.master');
  if (server.fault === undefined) return server;
  if (server.fault.code === 'NOSECRET') return notReached('config.secrets');
  return notReached(server.fault.stage === 'tls' ? 'redis.tls' : 'redis.login');
}

/** The server and its INFO if Dify can use it (no cluster, no replica, no sentinel), else a skip. */
export function serving(
  found: RedisContext,
): { readonly server: RedisServerFact; readonly info: RedisInfo } | Judgement {
  const server = answering(found);
  if (isJudgement(server)) return server;
  const { info } = server;
  if (info === undefined) return notReached('redis.version');
  if (info.isCluster) return notReached('redis.cluster-mode');
  if (info.mode === 'sentinel' || info.role === 'replica') return notReached('redis.role');
  return { server, info };
}

export function isJudgement(found: object): found is Judgement {
  return 'status' in found && 'message' in found;
}

/**
 * The judgement of something that the server hides: for a managed service a warning, because it is only declared; for
 * any other `unknown`, because a right is missing.
 */
export function hidden({ redis }: RedisContext, what: string, grant: string): Judgement {
  if (redis.managed !== undefined) return declaredOnly(what, `check the parameters of ${redis.managed.by}`);
  return {
    status: 'unknown',
    observed: 'not observed',
    expected: what,
    message: `not observed: ${what}; Dify's user has no right to read it`,
    remedy: grant,
  };
}

/** `host:port` as arguments of redis-cli. */
export function cliOf(address: string): string {
  const colon = address.lastIndexOf(':');
  return `redis-cli -h ${shellWord(address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'))} -p ${shellWord(address.slice(colon + 1))}`;
}
