import type { SentinelFact } from '../../evidence/redis/facts.ts';
import type { FaultFact } from '../../net/probe-error.ts';
import type { Observation } from '../check.ts';
import { groupBy } from '../judgement.ts';
import { faultStatus } from '../services/probed.ts';
import type { RedisContext } from './context.ts';

/** True if nothing answered. Silence counts as down, not as a refusal. */
export function isSilent({ code }: FaultFact): boolean {
  return code === 'ETIMEDOUT' || code === 'ECONNRESET';
}

/** True if a sentinel is up and refuses Dify, which redis.login and redis.sentinel-client report. */
function isRefusedLogin(seen: FaultFact): boolean {
  return seen.stage === 'tls' || (seen.stage === 'login' && !isSilent(seen));
}

/**
 * The sentinels that did not answer, each with the reason, or those that most of their peers report as down, whichever
 * are more. A sentinel that a machine outside the cluster cannot connect to may be up, so there only the peers count.
 * Peers know each other by announced addresses, so the two lists are not added up.
 */
export function downOf(
  { evidence, deployment, from }: RedisContext,
  answered: readonly SentinelFact[],
): readonly string[] {
  const silent = evidence.sentinels.filter(
    ({ fault: seen }) => seen !== undefined && !isRefusedLogin(seen) && faultStatus(seen, deployment, from) === 'fail',
  );
  const unknowing = evidence.sentinels.filter(({ fault: seen, master }) => seen === undefined && master === undefined);
  const told = groupBy(
    answered.flatMap(({ downSentinels }) => downSentinels),
    (address) => address,
  );
  const held = [...told].filter(([, reporters]) => reporters.length * 2 > answered.length).map(([address]) => address);
  const words = unknowing.map(({ address }) => `${address} does not watch the master`);
  if (held.length > silent.length)
    return [...words, ...held.map((address) => `${address} is down, according to its peers`)];
  return [...words, ...silent.map(({ address, fault: seen }) => `${address} ${seen?.text ?? ''}`)];
}

/** What one sentinel reports about the master; empty if it refuses Dify, which other checks report. */
export function observe(
  { address, fault: seen, master, quorum, flags }: SentinelFact,
  { from }: RedisContext,
): readonly Observation[] {
  if (seen !== undefined && isRefusedLogin(seen)) return [];
  const expected = 'answers, and knows the master';
  if (seen !== undefined) return [{ subject: address, from, status: 'warn', observed: seen.text, expected }];
  if (master === undefined)
    return [{ subject: address, from, status: 'warn', observed: 'does not know the master', expected }];
  const view = flags.includes('s_down') || flags.includes('o_down') ? ', which it reports as down' : '';
  return [
    { subject: address, from, status: 'pass', observed: `names ${master}${view}, quorum ${quorum ?? 0}`, expected },
  ];
}
