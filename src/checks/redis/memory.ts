import { isQuantity, parseQuantity } from '../../base/quantity.ts';
import { REDIS_MEMORY_BYTES } from '../../checklist/redis.ts';
import { REDIS } from '../../evidence/redis/facts.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning, infoInTest } from '../when.ts';
import { cliOf, hidden, isJudgement, onExternalRedis, redisContext, serving } from './context.ts';

export const redisEvictionPolicy: Check = {
  id: 'redis.eviction-policy',
  title: 'Redis evicts nothing when its memory is full',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf or the parameter group',
  judge: (context) => {
    const found = redisContext(context);
    const seen = serving(found);
    if (isJudgement(seen)) return seen;
    const { server, info } = seen;
    const policy = info.maxMemoryPolicy ?? server.settings['maxmemory-policy'];
    const expected = 'maxmemory-policy noeviction';
    const remedy = `${cliOf(server.address)} CONFIG SET maxmemory-policy noeviction, and the same in its configuration`;
    if (policy === undefined) return hidden(found, expected, `${cliOf(server.address)} INFO memory`);
    if (policy === 'noeviction') {
      return pass(
        info.maxMemory === 0 ? 'noeviction; without maxmemory, the memory of the machine is the limit' : 'noeviction',
        expected,
      );
    }
    if (policy.startsWith('volatile-')) {
      const message = `${policy}: when memory is full, Redis evicts keys with an expiry, such as locks, rate limits and sessions of Dify`;
      return finding('warn', { observed: policy, expected, message, remedy });
    }
    const message = `${policy}: when memory is full, Redis silently evicts queued Celery tasks`;
    return finding('fail', { observed: policy, expected, message, remedy });
  },
};

/** Share of maxmemory above which `noeviction` soon refuses writes. */
const FULL = 0.9;

export const redisSize: Check = {
  id: 'redis.size',
  title: 'Redis has the memory that the published checklist requires',
  phases: ['preflight'],
  severity: infoInTest,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'raise maxmemory, or choose a larger instance',
  judge: (context) => {
    const found = redisContext(context);
    const seen = serving(found);
    if (isJudgement(seen)) return seen;
    if (seen.server.databases.some((one) => one.fault?.code === 'OOM')) return notReached('redis.writes');
    const { maxMemory = 0, usedMemory = 0, systemMemory } = seen.info;
    const wanted = REDIS_MEMORY_BYTES[context.tier];
    const expected = `${gigabytes(wanted)} or more`;
    if (maxMemory > 0 && usedMemory >= FULL * maxMemory) {
      const observed = `${Math.round((100 * usedMemory) / maxMemory)} % of maxmemory ${gigabytes(maxMemory)} is used`;
      return finding('warn', { observed, expected: `${expected}, less than ${100 * FULL} % of it used` });
    }
    if (systemMemory !== undefined && maxMemory > systemMemory) {
      const observed = `maxmemory is ${gigabytes(maxMemory)}, but the machine has ${gigabytes(systemMemory)}`;
      const message = `${observed}: the kernel kills Redis before it reaches maxmemory`;
      const remedy = `${cliOf(seen.server.address)} CONFIG SET maxmemory ${Math.floor((systemMemory * 3) / 4)}, and the same in its configuration`;
      return finding('warn', { observed, expected: 'maxmemory less than the memory of the machine', message, remedy });
    }
    const declared = found.redis.managed?.size?.memory;
    const said = declared !== undefined && isQuantity(declared) ? parseQuantity(declared) : undefined;
    const has = maxMemory > 0 ? maxMemory : (said ?? systemMemory);
    if (has === undefined) return hidden(found, `${expected} of memory`, `${cliOf(seen.server.address)} INFO memory`);
    const whose =
      maxMemory > 0
        ? 'maxmemory'
        : said === undefined
          ? 'of memory in its machine, no maxmemory'
          : 'declared in redis.managed.size';
    const observed = `${gigabytes(has)} ${whose}`;
    return has < wanted ? finding('warn', { observed, expected }) : pass(observed, expected);
  },
};

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${Math.round(bytes / 1e8) / 10} GB`;
}
