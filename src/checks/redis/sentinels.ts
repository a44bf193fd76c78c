import { shellWord } from '../../base/shell-word.ts';
import { REDIS, type SentinelFact } from '../../evidence/redis/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, groupBy, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { onSentinel, type RedisContext, redisContext } from './context.ts';
import { downOf, observe } from './sentinel-views.ts';

export const redisSentinels: Check = {
  id: 'redis.sentinels',
  title: 'the sentinels agree, and enough of them are up for a failover',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onSentinel,
  requires: [REDIS],
  remedy: 'redis-cli -h SENTINEL -p 26379 SENTINEL CKQUORUM MASTER shows whether they can start a failover',
  judge: (context) => {
    const found = redisContext(context);
    const { sentinels } = found.evidence;
    const answered = sentinels.filter(({ master }) => master !== undefined);
    if (answered.length === 0) return judgeNoAnswer(sentinels);
    const observations = sentinels.flatMap((sentinel) => observe(sentinel, found));
    return { ...verdict(found, answered), observations };
  },
};

function judgeNoAnswer(sentinels: readonly SentinelFact[]): Judgement {
  const wrong = sentinels.filter(({ fault: seen }) => seen?.code === 'NOSENTINEL');
  if (wrong.length === 0) return notReached('redis.master');
  return finding('fail', {
    observed: listed(wrong.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`)),
    expected: 'sentinels',
    remedy: 'list the sentinels (port 26379) in redis.sentinel.nodes, or set redis.topology: standalone',
  });
}

const EXPECTED = 'one master, and more than half of the sentinels up';

function verdict(found: RedisContext, answered: readonly SentinelFact[]): Judgement {
  const known = Math.max(...answered.map(({ sentinels = 1 }) => sentinels));
  const quorum = Math.max(...answered.map((one) => one.quorum ?? 1));
  return (
    disagreement(answered) ??
    losses(found, answered, known, quorum) ??
    unseen(found, known) ??
    judgeUnconnected(found, answered, known) ??
    judgeDownReports(found, answered) ??
    aloneEnough(found, known, quorum) ??
    pass(`${known} sentinels, quorum ${quorum}, all up and in agreement`, EXPECTED)
  );
}

function disagreement(answered: readonly SentinelFact[]): Judgement | undefined {
  const masters = groupBy(answered, ({ master = '' }) => master);
  if (masters.size < 2) return undefined;
  const views = [...masters].map(
    ([master, ones]) => `${listed(ones.map(({ address }) => address))} ${ones.length === 1 ? 'says' : 'say'} ${master}`,
  );
  return finding('fail', {
    observed: `the sentinels disagree on the master: ${views.join('; ')}`,
    expected: EXPECTED,
    remedy:
      'wait until the failover is complete, then re-run difyctl; if they still disagree, run SENTINEL RESET for the master on the wrong sentinels',
  });
}

function losses(
  found: RedisContext,
  answered: readonly SentinelFact[],
  known: number,
  quorum: number,
): Judgement | undefined {
  const down = downOf(found, answered);
  const up = known - down.length;
  // What SENTINEL CKQUORUM requires: enough to declare the master down, and a majority to elect who does the failover.
  const needed = Math.max(quorum, Math.floor(known / 2) + 1);
  const remedy = `start the sentinels that are down; SENTINEL CKQUORUM ${shellWord(masterOf(found))} on one that is up shows whether that is enough`;
  if (up < needed) {
    const observed = `${up} of ${counted(known, 'sentinel')} up, quorum ${quorum}`;
    const message = `${observed}: a failover needs ${needed}, so a failed master would not be replaced`;
    return finding('fail', { observed, expected: `${needed} or more up`, message, remedy });
  }
  if (down.length === 0) return undefined;
  return finding('warn', {
    observed: `${listed(down)}; ${up} of ${known} up, quorum ${quorum}`,
    expected: EXPECTED,
    remedy,
  });
}

/**
 * Warns about sentinels that a machine outside the cluster cannot connect to, but that are up according to their peers.
 */
function unseen({ evidence }: RedisContext, known: number): Judgement | undefined {
  const far = evidence.sentinels.filter(({ fault: seen }) => seen?.stage === 'resolve' || seen?.stage === 'connect');
  if (far.length === 0) return undefined;
  const observed = listed(far.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`));
  const message = `from this machine, ${observed}; its peers report that all ${known} are up`;
  return finding('warn', { observed, expected: EXPECTED, message, remedy: 'difyctl preflight --from cluster' });
}

/** Sentinels that do not know each other cannot vote together; an even number can be split into halves. */
function judgeUnconnected(
  found: RedisContext,
  answered: readonly SentinelFact[],
  known: number,
): Judgement | undefined {
  const apart = answered.filter(({ sentinels = 1 }) => sentinels < known);
  if (apart.length > 0) {
    const observed = listed(apart.map(({ address, sentinels = 1 }) => `${address} knows ${sentinels} of ${known}`));
    const remedy = `SENTINEL RESET ${shellWord(masterOf(found))} on these sentinels`;
    return finding('warn', { observed, expected: 'each sentinel knows all others', remedy });
  }
  const named = found.evidence.sentinels.length;
  if (known < named) {
    return finding('fail', {
      observed: `${counted(named, 'sentinel')} listed, but they know ${known}`,
      expected: 'sentinels that know each other',
      remedy: 'check that they watch the same master and can reach each other at their announced addresses',
    });
  }
  if (known % 2 === 1) return undefined;
  const message = `${known} sentinels: an even number tolerates no more failures than ${known - 1}, and a network partition can split it into equal halves`;
  return finding('warn', {
    observed: `${known} sentinels`,
    expected: 'an odd number',
    message,
    remedy: 'add one sentinel',
  });
}

/**
 * A sentinel that alone reports the master as down, or that does nothing for a while, does not count when the master is
 * lost.
 */
function judgeDownReports(found: RedisContext, answered: readonly SentinelFact[]): Judgement | undefined {
  const reportsDown = ({ flags }: SentinelFact) => flags.includes('s_down') || flags.includes('o_down');
  const reporting = answered.filter(reportsDown);
  if (reporting.length > 0 && reporting.length < answered.length) {
    const names = listed(reporting.map(({ address }) => address));
    const observed = `${names} ${reporting.length === 1 ? 'reports' : 'report'} the master as down, and the others do not`;
    const remedy = `check the log of ${names}: it cannot reach the master, or cannot log in (SENTINEL SET ${shellWord(masterOf(found))} auth-pass)`;
    return finding('warn', { observed, expected: EXPECTED, remedy });
  }
  const quorums = groupBy(answered, ({ quorum = 1 }) => String(quorum));
  if (quorums.size > 1) {
    const views = [...quorums].map(([quorum, ones]) => `${quorum} on ${listed(ones.map(({ address }) => address))}`);
    const observed = `the sentinels differ on the quorum: ${views.join(', ')}`;
    const remedy = `SENTINEL SET ${shellWord(masterOf(found))} quorum 2, on each sentinel`;
    return finding('warn', { observed, expected: 'one quorum', remedy });
  }
  const tilted = answered.filter(({ isTilted }) => isTilted === true);
  if (tilted.length === 0) return undefined;
  const observed = `${listed(tilted.map(({ address }) => address))} in TILT mode, in which a sentinel does nothing`;
  const remedy = 'check the clock and the load of its machine; a sentinel leaves TILT mode after 30 seconds';
  return finding('warn', { observed, expected: EXPECTED, remedy });
}

/**
 * With a quorum of one, a single sentinel that cannot reach the master declares it down, and starts a failover with the
 * votes of the others.
 */
function aloneEnough(found: RedisContext, known: number, quorum: number): Judgement | undefined {
  if (known < 2 || quorum > 1) return undefined;
  const observed = `quorum 1 of ${known} sentinels`;
  const majority = Math.floor(known / 2) + 1;
  return finding('warn', {
    observed,
    expected: `a quorum of ${majority}`,
    message: `${observed}: a single sentinel that cannot reach the master can replace a healthy master`,
    remedy: `SENTINEL SET ${masterOf(found)} quorum ${majority}, on each sentinel`,
  });
}

function masterOf({ redis }: RedisContext): string {
  return redis.topology === 'sentinel' ? redis.sentinel.master : '';
}
