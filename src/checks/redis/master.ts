import { REDIS, type SentinelFact } from '../../evidence/redis/facts.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { faultStatus, notReached } from '../services/probed.ts';
import { error } from '../when.ts';
import { cliOf, onSentinel, type RedisContext, redisContext } from './context.ts';

export const redisMaster: Check = {
  id: 'redis.master',
  title: 'the sentinels name a master that accepts connections',
  phases: ['preflight'],
  severity: error,
  when: onSentinel,
  requires: [REDIS],
  remedy: 'redis-cli -h SENTINEL -p 26379 SENTINEL MASTERS',
  judge: (context) => {
    const found = redisContext(context);
    const { server, sentinels } = found.evidence;
    const expected = 'a master that is up, at a reachable address';
    if (server === undefined) return unnamed(found, expected);
    const seen = server.fault;
    const naming = sentinels.filter(({ master }) => master === server.address);
    if (isLoopback(server.address) && naming.some(({ address }) => !isLoopback(address))) {
      const remedy =
        'set replica-announce-ip on the servers (and sentinel announce-ip) to an address that other machines can reach';
      return finding('fail', {
        observed: `the sentinels announce ${server.address}, at which each client would connect to itself`,
        expected,
        remedy,
      });
    }
    if (seen !== undefined && (seen.stage === 'resolve' || seen.stage === 'connect'))
      return unconnected(found, server.address, seen, expected);
    const down = naming.filter(({ flags }) => flags.includes('s_down') || flags.includes('o_down'));
    if (down.length > 0 && down.length === naming.length) {
      const remedy = `${cliOf(server.address)} PING; the sentinels cannot log in to the master (sentinel auth-pass), or cannot reach it`;
      return finding('fail', { observed: `the sentinels report ${server.address} as down`, expected, remedy });
    }
    return pass(`${server.address}, named by ${listed(naming.map(({ address }) => address))}`, expected);
  },
};

function unnamed({ evidence: { sentinels }, redis }: RedisContext, expected: string): Judgement {
  const answered = sentinels.filter((sentinel) => sentinel.fault === undefined);
  if (answered.length > 0) {
    const wanted = redis.topology === 'sentinel' ? redis.sentinel.master : '';
    const others = [...new Set(answered.flatMap(({ otherMasters }) => otherMasters))];
    const watch = others.length === 0 ? 'they watch no master' : `they watch ${listed(others)}`;
    return finding('fail', {
      observed: `no sentinel watches a master named ${wanted}; ${watch}`,
      expected,
      remedy:
        others.length === 1
          ? `set redis.sentinel.master: ${others[0]}`
          : 'set redis.sentinel.master to the name in sentinel.conf',
    });
  }
  return notReached(noMasterReporter(sentinels));
}

/** The check that reports why no sentinel answers. */
function noMasterReporter(sentinels: readonly SentinelFact[]): string {
  const faults = sentinels.flatMap((sentinel): readonly FaultFact[] =>
    sentinel.fault === undefined ? [] : [sentinel.fault],
  );
  if (faults.some(({ code }) => code === 'NOSECRET')) return 'config.secrets';
  if (faults.some(({ code }) => code === 'NOSENTINEL')) return 'redis.sentinels';
  if (faults.some(({ stage }) => stage === 'tls')) return 'redis.sentinel-client';
  return faults.every(({ stage }) => stage === 'resolve' || stage === 'connect') ? 'redis.reachable' : 'redis.login';
}

function unconnected(
  { deployment, from }: RedisContext,
  address: string,
  seen: FaultFact,
  expected: string,
): Judgement {
  const status = faultStatus(seen, deployment, from);
  const observed = `the sentinels name ${address}, which ${seen.text}`;
  const message = status === 'warn' ? `from this machine, ${observed}; the cluster may get another answer` : observed;
  const remedy = `${cliOf(address)} PING from where Dify will run; if the address is private to another network, set replica-announce-ip`;
  return finding(status, { observed, expected, message, remedy });
}

function isLoopback(address: string): boolean {
  return /^(127\.|localhost:|\[?::1\]?:)/.test(address);
}
