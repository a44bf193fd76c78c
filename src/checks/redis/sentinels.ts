import { REDIS, type SentinelFact } from '../../evidence/redis/facts.ts';
import type { Check, Judgement, Observation } from '../check.ts';
import { counted, fault, groupBy, listed, pass } from '../judgement.ts';
import { faultStatus, notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { onSentinel, type RedisCase, redisCase } from './subject.ts';

export const redisSentinels: Check = {
  id: 'redis.sentinels',
  title: 'the sentinels agree, and enough of them are up to fail over',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onSentinel,
  needs: [REDIS],
  remedy: 'redis-cli -h SENTINEL -p 26379 SENTINEL CKQUORUM MASTER says whether they could fail over',
  judge: (context) => {
    const found = redisCase(context);
    const { sentinels } = found.evidence;
    const answered = sentinels.filter(({ master }) => master !== undefined);
    if (answered.length === 0) return nobody(sentinels);
    const observations = sentinels.flatMap((sentinel) => observe(sentinel, found));
    return { ...verdict(found, answered), observations };
  },
};

function nobody(sentinels: readonly SentinelFact[]): Judgement {
  const wrong = sentinels.filter(({ fault: seen }) => seen?.code === 'NOSENTINEL');
  if (wrong.length === 0) return notReached('redis.master');
  return fault('fail', {
    observed: listed(wrong.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`)),
    expected: 'sentinels',
    remedy: 'list the sentinels (port 26379) in redis.sentinel.nodes, or set redis.topology: standalone',
  });
}

function verdict(found: RedisCase, answered: readonly SentinelFact[]): Judgement {
  const { redis, evidence } = found;
  const masters = groupBy(answered, ({ master = '' }) => master);
  const expected = 'one master, and more than half of the sentinels up';
  if (masters.size > 1) {
    const views = [...masters].map(
      ([master, ones]) =>
        `${listed(ones.map(({ address }) => address))} ${ones.length === 1 ? 'says' : 'say'} ${master}`,
    );
    const remedy =
      'wait for a failover to end and run it again; if they still differ, SENTINEL RESET the master on those that are wrong';
    return fault('fail', { observed: `the sentinels disagree on the master: ${views.join('; ')}`, expected, remedy });
  }
  const known = Math.max(...answered.map(({ sentinels = 1 }) => sentinels));
  const quorum = Math.max(...answered.map((one) => one.quorum ?? 1));
  const down = downOf(found, answered);
  const up = known - down.length;
  const needed = Math.max(quorum, Math.floor(known / 2) + 1);
  const name = redis.topology === 'sentinel' ? redis.sentinel.master : '';
  const ask = `SENTINEL CKQUORUM ${name}`;
  if (up < needed) {
    const observed = `${up} of ${counted(known, 'sentinel')} up, quorum ${quorum}`;
    const message = `${observed}: a failover needs ${needed}, so that a lost master stays lost`;
    return fault('fail', {
      observed,
      expected: `${needed} or more up`,
      message,
      remedy: `start the sentinels that are down; ${ask}`,
    });
  }
  if (down.length > 0) {
    const observed = `${listed(down)}; ${up} of ${known} up, quorum ${quorum}`;
    return fault('warn', { observed, expected, remedy: `start the sentinels that are down; ${ask}` });
  }
  const unseen = evidence.sentinels.filter(({ fault: seen }) => seen?.stage === 'resolve' || seen?.stage === 'connect');
  if (unseen.length > 0) {
    const observed = listed(unseen.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`));
    const message = `seen from here, ${observed}; its fellows hold all ${known} to be up`;
    return fault('warn', { observed, expected, message, remedy: 'difyctl preflight --from cluster' });
  }
  const apart = answered.filter(({ sentinels = 1 }) => sentinels < known);
  if (apart.length > 0) {
    const views = apart.map(({ address, sentinels = 1 }) => `${address} knows ${sentinels} of ${known}`);
    return fault('warn', {
      observed: listed(views),
      expected: 'each sentinel knows all others',
      remedy: `SENTINEL RESET ${name} on these`,
    });
  }
  if (known < evidence.sentinels.length) {
    const observed = `${counted(evidence.sentinels.length, 'sentinel')} listed, which know of ${known}`;
    const remedy = 'look whether they watch one and the same master, and reach each other on their announced addresses';
    return fault('fail', { observed, expected: 'sentinels that know each other', remedy });
  }
  if (known % 2 === 0) {
    const message = `${known} sentinels: an even number survives no more losses than ${known - 1}, and can be split into halves`;
    return fault('warn', {
      observed: `${known} sentinels`,
      expected: 'an odd number',
      message,
      remedy: 'add one sentinel',
    });
  }
  return pass(`${known} sentinels, quorum ${quorum}, all up and of one mind`, expected);
}

/**
 * Sentinels that gave no answer, each with why, or that most of their fellows hold to be down. What a machine outside the cluster could not connect to may well be up: there
 * only the fellows' word counts. Fellows know each other by announced addresses, so the two lists are not added up.
 */
function downOf({ evidence, deployment, from }: RedisCase, answered: readonly SentinelFact[]): readonly string[] {
  const silent = evidence.sentinels.filter(
    ({ fault: seen }) => seen !== undefined && seen.stage !== 'login' && faultStatus(seen, deployment, from) === 'fail',
  );
  const told = groupBy(
    answered.flatMap(({ downSentinels }) => downSentinels),
    (address) => address,
  );
  const held = [...told].filter(([, voices]) => voices.length * 2 > answered.length).map(([address]) => address);
  if (held.length > silent.length) return held.map((address) => `${address} is down, say its fellows`);
  return silent.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`);
}

function observe(
  { address, fault: seen, master, quorum, flags }: SentinelFact,
  { from }: RedisCase,
): readonly Observation[] {
  if (seen?.stage === 'login') return [];
  const expected = 'answers, and knows the master';
  if (seen !== undefined) return [{ subject: address, from, status: 'warn', observed: seen.text, expected }];
  if (master === undefined)
    return [{ subject: address, from, status: 'warn', observed: 'does not know the master', expected }];
  const view = flags.includes('s_down') || flags.includes('o_down') ? ', which it holds to be down' : '';
  return [
    { subject: address, from, status: 'pass', observed: `names ${master}${view}, quorum ${quorum ?? 0}`, expected },
  ];
}
