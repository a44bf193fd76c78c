import { REDIS, type RedisEvidence } from '../../evidence/redis/facts.ts';
import type { Check } from '../check.ts';
import { counted, deploymentOf, fault, pass } from '../judgement.ts';
import { declaredNotSeen } from '../services/probed.ts';
import { errorInProd } from '../when.ts';
import { onExternalRedis } from './subject.ts';

/** A quorum that survives the loss of one. */
const SENTINELS = 3;

export const redisTopology: Check = {
  id: 'redis.topology',
  title: 'Redis survives the loss of a server',
  phases: ['preflight'],
  severity: errorInProd,
  when: onExternalRedis,
  needs: [],
  wants: [REDIS],
  remedy: 'run three sentinels, or a managed service with a standby and say so in redis.managed',
  judge: (context) => {
    const { redis } = deploymentOf(context);
    const expected = `${SENTINELS} sentinels, or a managed service with failover`;
    if (redis.mode === 'bundled') return fault('fail', { observed: 'bundled Redis', expected });
    if (redis.topology === 'sentinel') {
      const observed = counted(redis.sentinel.nodes.length, 'sentinel');
      return redis.sentinel.nodes.length < SENTINELS ? fault('fail', { observed, expected }) : pass(observed, expected);
    }
    const replicas = onlineReplicas(context.look(REDIS)?.data);
    if (redis.managed?.ha === true) {
      if (replicas > 0) return pass(`${counted(replicas, 'replica')}; failover by ${redis.managed.by}`, expected);
      return declaredNotSeen(`failover by ${redis.managed.by}`, `check the failover settings of ${redis.managed.by}`);
    }
    const behind =
      replicas === 0
        ? 'nothing said of a second server behind it'
        : `${counted(replicas, 'replica')} behind it, with nothing said of who fails over`;
    return fault('warn', { observed: `one address, and ${behind}`, expected });
  },
};

function onlineReplicas(evidence: RedisEvidence | undefined): number {
  return evidence?.server?.info?.replicas.filter(({ state }) => state === 'online').length ?? 0;
}
