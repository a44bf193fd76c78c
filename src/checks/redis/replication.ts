import { REPLICA_LAG_SECONDS } from '../../checklist/redis.ts';
import { REDIS } from '../../evidence/redis/facts.ts';
import type { ReplicaFact } from '../../evidence/redis/info.ts';
import type { Check, Observation } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { cliOf, isJudgement, onExternalRedis, redisContext, serving } from './context.ts';
import { judgeCandidates } from './failover-candidates.ts';

export const redisReplication: Check = {
  id: 'redis.replication',
  title: 'a replica follows the master closely enough to take over',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onExternalRedis,
  requires: [REDIS],
  remedy: 'start the replicas and check their logs',
  judge: (context) => {
    const found = redisContext(context);
    const seen = serving(found);
    if (isJudgement(seen)) return seen;
    const { server, info } = seen;
    const { replicas } = info;
    const cli = `${cliOf(server.address)} INFO replication`;
    const expected = `a replica that is online, at most ${REPLICA_LAG_SECONDS} s behind`;
    if (replicas.length === 0) {
      // One address and no second server: redis.topology reports that, also for a managed service that may hide one.
      if (found.redis.topology === 'standalone') return notReached('redis.topology');
      if (found.redis.managed !== undefined) return declaredOnly('a replica of Redis', cli);
      const observed = `no replica follows ${server.address}`;
      return finding('fail', {
        observed,
        expected,
        message: `${observed}: the sentinels have nothing to fail over to`,
        remedy: cli,
      });
    }
    const observations = replicas.map((replica) => observe(replica, found.from, expected));
    const good = observations.filter(({ status }) => status === 'pass');
    const words = listed(observations.map(({ subject, observed }) => `${subject} ${observed}`));
    if (good.length === 0) return { ...finding('fail', { observed: words, expected, remedy: cli }), observations };
    if (good.length < observations.length)
      return { ...finding('warn', { observed: words, expected, remedy: cli }), observations };
    const ofCandidates = judgeCandidates(found);
    if (ofCandidates !== undefined) return { ...ofCandidates, observations };
    const needed = Number(server.settings['min-replicas-to-write'] ?? 0);
    if (found.redis.topology === 'sentinel' && needed >= replicas.length) {
      const observed = `min-replicas-to-write ${needed} with ${counted(replicas.length, 'replica')}`;
      const message = `${observed}: after a failover, the new master has too few replicas and accepts no writes`;
      return finding('warn', {
        observed,
        expected: 'more replicas than min-replicas-to-write',
        message,
        remedy: 'add a replica, or lower min-replicas-to-write',
      });
    }
    return { ...pass(words, expected), observations };
  },
};

function observe(
  { address, state, lagSeconds, behindBytes }: ReplicaFact,
  from: Observation['from'],
  expected: string,
): Observation {
  const isGood = state === 'online' && lagSeconds <= REPLICA_LAG_SECONDS;
  const observed =
    state === 'online' ? `is ${lagSeconds} s and ${behindBytes} bytes behind` : `is not yet online (${state})`;
  return { subject: address, from, status: isGood ? 'pass' : 'warn', observed, expected };
}
