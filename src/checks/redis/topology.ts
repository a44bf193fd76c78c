import { REDIS, type RedisFacts } from '../../evidence/redis/facts.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, finding, pass } from '../judgement.ts';
import { declaredOnly } from '../services/probed.ts';
import { errorInProd } from '../when.ts';
import { onExternalRedis } from './context.ts';

/** The smallest number that keeps a quorum after the loss of one. */
const SENTINELS = 3;

export const redisTopology: Check = {
  id: 'redis.topology',
  title: 'Redis survives the loss of a server',
  phases: ['preflight'],
  severity: errorInProd,
  when: onExternalRedis,
  requires: [],
  optional: [REDIS],
  remedy: 'run three sentinels, or use a managed service with a standby and set redis.managed.ha',
  judge: (context) => {
    const { redis } = deploymentOf(context);
    const expected = `${SENTINELS} sentinels, or a managed service with failover`;
    if (redis.mode === 'bundled') return finding('fail', { observed: 'bundled Redis', expected });
    if (redis.topology === 'sentinel') {
      const observed = counted(redis.sentinel.nodes.length, 'sentinel');
      return redis.sentinel.nodes.length < SENTINELS
        ? finding('fail', { observed, expected })
        : pass(observed, expected);
    }
    const replicas = onlineReplicas(context.optionalEvidence(REDIS)?.data);
    if (redis.managed?.ha === true) {
      if (replicas > 0) return pass(`${counted(replicas, 'replica')}; failover by ${redis.managed.by}`, expected);
      return declaredOnly(`failover by ${redis.managed.by}`, `check the failover settings of ${redis.managed.by}`);
    }
    const behind =
      replicas === 0 ? 'no failover declared' : `${counted(replicas, 'replica')} behind it, and no failover declared`;
    return finding('warn', { observed: `one address, ${behind}`, expected });
  },
};

function onlineReplicas(evidence: RedisFacts | undefined): number {
  return evidence?.server?.info?.replicas.filter(({ state }) => state === 'online').length ?? 0;
}
