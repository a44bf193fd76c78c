import type { Check } from '../check.ts';
import { counted, deploymentOf, fault, pass } from '../judgement.ts';
import { errorInProd, warning, whereFile } from '../when.ts';

/** A quorum that survives the loss of one. */
const SENTINELS = 3;

export const redisTopology: Check = {
  id: 'redis.topology',
  title: 'Redis survives the loss of a server',
  phases: ['preflight'],
  severity: errorInProd,
  when: whereFile(({ redis }) => redis.mode === 'external'),
  needs: [],
  remedy: 'run three sentinels, or a managed service with a standby and say so in redis.managed',
  judge: (context) => {
    const { redis } = deploymentOf(context);
    const expected = `${SENTINELS} sentinels, or a managed service with failover`;
    if (redis.mode === 'bundled') return fault('fail', { observed: 'bundled Redis', expected });
    if (redis.topology === 'sentinel') {
      const observed = counted(redis.sentinel.nodes.length, 'sentinel');
      return redis.sentinel.nodes.length < SENTINELS ? fault('fail', { observed, expected }) : pass(observed, expected);
    }
    if (redis.managed?.ha === true) {
      return fault('warn', {
        observed: `failover by ${redis.managed.by}: declared, not seen`,
        expected,
        remedy: `look at the failover settings of ${redis.managed.by}`,
      });
    }
    return fault('warn', { observed: 'one address, and nothing said of a second server behind it', expected });
  },
};

/** redis-py opens redis, rediss and unix URLs, never sentinel ones: the agent backend has to be given a plain address. */
export const redisAgentBackend: Check = {
  id: 'redis.agent-backend',
  title: 'the agent backend has a Redis that it can use',
  phases: ['preflight'],
  severity: warning,
  when: whereFile(({ redis }) => redis.mode === 'external' && redis.topology === 'sentinel'),
  needs: [],
  remedy: 'set redis.agentUrl to a reference to a plain redis:// URL, such as one of a proxy that follows the master',
  judge: (context) => {
    const { redis } = deploymentOf(context);
    const expected = 'redis.agentUrl, since the agent backend cannot use Sentinel';
    if (redis.mode === 'external' && redis.agentUrl !== undefined) return pass('redis.agentUrl is set', expected);
    return fault('warn', {
      observed: 'no redis.agentUrl',
      expected,
      message: 'the agent backend cannot use Sentinel: without redis.agentUrl it and its sandbox are switched off',
    });
  },
};
