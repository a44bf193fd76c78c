import { isOlder } from '../../base/version-order.ts';
import { REDIS, type RedisServerFact } from '../../evidence/redis/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';
import { error, errorInProdElseWarning } from '../when.ts';
import { answering, cliOf, hidden, isJudgement, onExternalRedis, redisContext } from './context.ts';

/**
 * Minimum of the published checklist in both tiers. Dify's clients log in with a user name, which Redis has since 6.
 */
const OLDEST = '6.0.0';

export const redisVersion: Check = {
  id: 'redis.version',
  title: 'Redis is version 6 or newer',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'upgrade Redis to 6 or newer',
  judge: (context) => {
    const found = redisContext(context);
    const server = answering(found);
    if (isJudgement(server)) return server;
    const expected = 'Redis 6 or newer';
    const version = server.info?.version;
    if (version === undefined) {
      return hidden(
        found,
        'version, role, memory and persistence of Redis',
        `${cliOf(server.address)} ACL SETUSER ${found.redis.username ?? 'default'} +info`,
      );
    }
    if (isOlder(version, OLDEST)) return finding('fail', { observed: `Redis ${version}`, expected });
    if (isOlder(version, MAINTAINED)) {
      return finding('warn', {
        observed: `Redis ${version}, a release line that no longer gets fixes`,
        expected: 'Redis 6.2 or newer',
        remedy: `upgrade to ${NEXT}, or to the newest version that your service offers`,
      });
    }
    return pass(`Redis ${version}`, expected);
  },
};

/**
 * Older lines get no fixes: neither from Redis, nor from distributions, nor from cloud services (redis.io, product
 * lifecycle; AWS ended 6.0 of ElastiCache, Dify issues 37372 and 37429). Newer lines that Redis itself ended still get
 * fixes from distributions and services, which the server does not show.
 */
const MAINTAINED = '6.2.0';
const NEXT = '7.2';

const CLUSTER_CODES = ['CLUSTER', 'CLUSTERDOWN', 'MOVED'];

export const redisClusterMode: Check = {
  id: 'redis.cluster-mode',
  title: 'Redis is not in cluster mode',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'use a standalone Redis or Sentinel; in a managed service, disable cluster mode',
  judge: (context) => {
    const server = answering(redisContext(context));
    if (isJudgement(server)) return server;
    const isCluster =
      server.info?.isCluster === true || server.databases.some((one) => CLUSTER_CODES.includes(one.fault?.code ?? ''));
    const expected = 'cluster mode disabled';
    if (!isCluster) return pass('no cluster', expected);
    const message =
      'Redis runs in cluster mode: it has only database 0, and Celery does not support a cluster as its broker';
    return finding('fail', { observed: `${server.address} runs in cluster mode`, expected, message });
  },
};

export const redisRole: Check = {
  id: 'redis.role',
  title: 'Redis is a master',
  phases: ['preflight'],
  severity: error,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'set redis.host to the master, or to an address that follows the master',
  judge: (context) => {
    const { redis, ...found } = redisContext(context);
    const server = answering({ redis, ...found });
    if (isJudgement(server)) return server;
    const { address, info, databases } = server;
    const expected = 'a master that accepts writes';
    if (info?.mode === 'sentinel') {
      const remedy = 'set redis.topology: sentinel and list the sentinels, or set the port of the server itself (6379)';
      return finding('fail', { observed: `${address} is a sentinel, which stores no data of Dify`, expected, remedy });
    }
    const several = severalServers(server, redis.managed !== undefined);
    if (several !== undefined) return several;
    const isReadOnly = databases.some((one) => one.fault?.code === 'READONLY');
    if (info?.role !== 'replica' && !isReadOnly) return pass(`${address} is a master`, expected);
    const of = info?.masterAddress === undefined ? '' : ` of ${info.masterAddress}`;
    const remedy =
      redis.topology === 'sentinel'
        ? `${cliOf(address)} ROLE; a failover may be in progress: re-run difyctl`
        : `set redis.host to the master${of}`;
    return finding('fail', { observed: `${address} is a read-only replica${of}`, expected, remedy });
  },
};

/**
 * Fails if both a master and a replica, or several masters, answer at the address by turns: behind a balancer, or a
 * name with several addresses. Undefined otherwise.
 */
function severalServers({ address, info, backends = [] }: RedisServerFact, isManaged: boolean): Judgement | undefined {
  const all = [{ isReplica: info?.role === 'replica', runId: info?.runId }, ...backends];
  const replicas = all.filter(({ isReplica }) => isReplica).length;
  const expected = 'the same master on every connection';
  const remedy =
    'make the load balancer or the DNS name lead only to the master; a health check is ROLE, whose answer starts with master';
  if (replicas > 0 && replicas < all.length) {
    const observed = `${replicas} of ${counted(all.length, 'connection')} to ${address} reached a read-only replica`;
    return finding('fail', { observed, expected, remedy });
  }
  const masters = new Set(all.map(({ runId }) => runId)).size;
  // A managed service may run several proxies for one database.
  if (replicas > 0 || masters < 2 || isManaged) return undefined;
  const observed = `${counted(masters, 'server')} answer at ${address} in turn`;
  const message = `${observed}: data that is written to one is missing in the other`;
  return finding('fail', { observed, expected, message, remedy });
}
