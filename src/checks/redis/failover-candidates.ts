import { shellWord } from '../../base/shell-word.ts';
import type { CandidateFact, SentinelFact } from '../../evidence/redis/facts.ts';
import type { Judgement } from '../check.ts';
import { finding, listed } from '../judgement.ts';
import { faultStatus } from '../services/probed.ts';
import { cliOf, type RedisContext } from './context.ts';

const EXPECTED = 'a replica that the sentinels may promote, and that accepts the same login as the master';

/**
 * Judges whether a replica could replace the master: the sentinels may promote it, and Dify could use it then.
 * Undefined if so, or if no replica is known.
 */
export function judgeCandidates(found: RedisContext): Judgement | undefined {
  const { server, sentinels } = found.evidence;
  const views = sentinels.filter(
    ({ master, candidates }) => master !== undefined && master === server?.address && candidates !== undefined,
  );
  const candidates = merged(views);
  if (candidates.length === 0) return undefined;
  return unwanted(candidates) ?? shut(found, candidates) ?? lost(candidates, found);
}

/** One entry for each address. A replica is down if most of the sentinels say so. */
function merged(views: readonly SentinelFact[]): readonly CandidateFact[] {
  const all = views.flatMap(({ candidates = [] }) => candidates);
  return [...new Set(all.map(({ address }) => address))].map((address) => {
    const same = all.filter((one) => one.address === address);
    return {
      address,
      isUp: same.filter(({ isUp }) => isUp).length * 2 >= same.length,
      priority: Math.max(...same.map(({ priority }) => priority)),
    };
  });
}

function unwanted(candidates: readonly CandidateFact[]): Judgement | undefined {
  if (candidates.some(({ priority }) => priority > 0)) return undefined;
  const names = listed(candidates.map(({ address }) => address));
  return finding('fail', {
    observed: `replica-priority is 0 on ${names}`,
    expected: EXPECTED,
    message: `replica-priority is 0 on ${names}: the sentinels cannot promote any of them, so a failed master would not be replaced`,
    remedy: candidates.map(({ address }) => `${cliOf(address)} CONFIG SET replica-priority 100`).join('; '),
  });
}

/** Judges replicas that would be promoted but that Dify could not use. */
function shut({ evidence, deployment, from }: RedisContext, candidates: readonly CandidateFact[]) {
  const unusable = (evidence.failoverCandidates ?? []).flatMap(({ address, fault: seen }) =>
    seen === undefined || !isCandidate(candidates, address) ? [] : [{ address, seen }],
  );
  const [first] = unusable;
  if (first === undefined) return undefined;
  const isAll =
    unusable.length === candidates.filter(({ address }) => isCandidate(candidates, address)).length &&
    unusable.some(({ seen }) => faultStatus(seen, deployment, from) === 'fail');
  const observed = listed(unusable.map(({ address, seen }) => `${address} ${seen.text}`));
  return finding(isAll ? 'fail' : 'warn', {
    observed,
    expected: EXPECTED,
    message: `after a failover Dify could not connect: replica ${observed}`,
    remedy:
      first.seen.stage === 'resolve' || first.seen.stage === 'connect'
        ? `${cliOf(first.address)} PING from where Dify will run; replica-announce-ip sets the address that the sentinels announce`
        : `configure the requirepass and the users of the master on it: ${cliOf(first.address)} CONFIG SET requirepass …`,
  });
}

function isCandidate(candidates: readonly CandidateFact[], at: string): boolean {
  return candidates.some(({ address, isUp, priority }) => address === at && isUp && priority > 0);
}

function lost(candidates: readonly CandidateFact[], { redis }: RedisContext): Judgement | undefined {
  const down = candidates.filter(({ isUp }) => !isUp);
  if (down.length === 0) return undefined;
  const names = listed(down.map(({ address }) => address));
  const master = redis.topology === 'sentinel' ? redis.sentinel.master : '';
  return finding('warn', {
    observed: `${names} ${down.length === 1 ? 'is' : 'are'} down, according to the sentinels`,
    expected: 'every replica that the sentinels know is up',
    remedy: `start the replica; if it was removed permanently, run SENTINEL RESET ${shellWord(master)} on each sentinel, one after the other`,
  });
}
