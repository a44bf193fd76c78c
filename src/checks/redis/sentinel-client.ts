import { durationSeconds, formatDuration } from '../../base/duration.ts';
import { shellWord } from '../../base/shell-word.ts';
import { isOlder } from '../../base/version-order.ts';
import { REDIS } from '../../evidence/redis/facts.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { error, errorInProdElseWarning } from '../when.ts';
import { onSentinel, redisContext } from './context.ts';

/**
 * What Dify's clients cannot do with sentinels (Dify 1.16, api/extensions/ext_redis.py and ext_celery.py): redis-py's
 * Sentinel is created without TLS, kombu's gets a password and no user name, and nodes are split at their first colon.
 */
export const redisSentinelClient: Check = {
  id: 'redis.sentinel-client',
  title: 'the sentinels require nothing that Dify does not support',
  phases: ['preflight'],
  severity: error,
  when: onSentinel,
  requires: [REDIS],
  remedy: 'use a standalone address that follows the master, such as HAProxy in front of the servers',
  judge: (context) => {
    const { redis, evidence } = redisContext(context);
    if (redis.topology !== 'sentinel') return notReached('redis.topology');
    const expected = 'sentinels and servers without TLS, at DNS names or IPv4 addresses, with a login by password only';
    if (redis.tls.mode !== 'disable') {
      const observed = `redis.tls.mode ${redis.tls.mode} with Sentinel`;
      const message = `${observed}: with Sentinel, the api and Celery use no TLS, but the plugin daemon does`;
      const remedy =
        'set redis.tls.mode: disable and allow unencrypted connections to the servers from a private network, or use a standalone address with TLS';
      return finding('fail', { observed, expected, message, remedy });
    }
    const secured = evidence.sentinels.filter((sentinel) => sentinel.fault?.stage === 'tls');
    if (secured.length > 0) {
      const observed = listed(secured.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`));
      const remedy =
        'allow unencrypted connections to the sentinels (port, in addition to tls-port), or use a standalone address';
      return finding('fail', { observed, expected, message: `${observed}; Dify uses no TLS for sentinels`, remedy });
    }
    const bracketed = redis.sentinel.nodes.filter((node) => node.startsWith('['));
    if (bracketed.length > 0) {
      const observed = `${listed(bracketed)}: Dify cuts an IPv6 address at its first colon`;
      return finding('fail', { observed, expected, remedy: 'use DNS names for these sentinels' });
    }
    const named = evidence.sentinels.filter(({ passwordAlone }) => passwordAlone === false);
    if (named.length > 0) {
      const observed = `${listed(named.map(({ address }) => address))}: only user ${redis.sentinel.username ?? ''} can log in`;
      const message = `${observed}, but Celery sends a password without a user name`;
      const remedy =
        'set requirepass in sentinel.conf (the password of the default user), and remove redis.sentinel.username';
      return finding('fail', { observed, expected, message, remedy });
    }
    return pass('nothing that Dify does not support', expected);
  },
};

/** Event streams that hang under Sentinel (upstream issues 32880 and 36760). */
const BROKEN_EVENTS = { from: '1.13.0', until: '1.14.3' };

export const redisEventBus: Check = {
  id: 'redis.event-bus',
  title: 'this version of Dify streams events with Sentinel',
  phases: ['preflight'],
  severity: error,
  when: onSentinel,
  requires: [],
  remedy: 'install Dify 1.15 or newer, or use a standalone Redis',
  judge: (context) => {
    const { version } = deploymentOf(context);
    const expected = `a version outside ${BROKEN_EVENTS.from} to 1.14.2`;
    const isBroken = !isOlder(version, BROKEN_EVENTS.from) && isOlder(version, BROKEN_EVENTS.until);
    if (!isBroken) return pass(`Dify ${version}`, expected);
    const observed = `Dify ${version} with Sentinel`;
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: event streams break with Sentinel, and answers never reach the browser`,
    });
  },
};

export const redisFailoverTiming: Check = {
  id: 'redis.failover-timing',
  title: 'a failover of Redis ends within the RTO',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onSentinel,
  requires: [REDIS],
  remedy: 'SENTINEL SET MASTER down-after-milliseconds 30000 on each sentinel',
  judge: (context) => {
    const { redis, evidence, deployment } = redisContext(context);
    const rto = deployment.recovery?.rto;
    const answered = evidence.sentinels.filter(({ downAfterMs }) => downAfterMs !== undefined);
    if (answered.length === 0) return notReached('redis.master');
    const downAfter = Math.max(...answered.map(({ downAfterMs = 0 }) => downAfterMs)) / 1_000;
    const timeout = Math.max(...answered.map(({ failoverTimeoutMs = 0 }) => failoverTimeoutMs)) / 1_000;
    const observed = `down after ${downAfter} s, failover within ${timeout} s`;
    if (rto === undefined) return pass(observed, 'no RTO is set');
    const expected = `both within the RTO of ${rto}`;
    if (downAfter + timeout <= durationSeconds(rto)) return pass(observed, expected);
    const name = redis.topology === 'sentinel' ? redis.sentinel.master : '';
    const message = `${observed}: together ${formatDuration(Math.ceil(downAfter + timeout))} or more; expected ${expected}`;
    const remedy = `SENTINEL SET ${shellWord(name)} down-after-milliseconds 30000, and failover-timeout 180000, on each sentinel`;
    return finding('fail', { observed, expected, message, remedy });
  },
};
