import { ProbeFault } from '../../net/fault.ts';
import type { TurnFact } from './facts.ts';
import { parseInfo } from './info.ts';
import { logIn, type ReachOptions, type RedisTarget, reach } from './reach.ts';
import { RedisRefusal } from './session.ts';

/** A balancer over two servers shows both with near certainty. */
const TURNS = 5;
/** Milliseconds after which the turns that were made are enough. */
const TURNS_MS = 3_000;

/** Connects again and again, one after the other, and asks each time which server that is. A connection that does not come about says nothing. */
export async function turnsOf(
  target: RedisTarget,
  options: Omit<ReachOptions, 'onCertificate'>,
): Promise<readonly TurnFact[]> {
  const turns: TurnFact[] = [];
  const began = performance.now();
  while (turns.length < TURNS && performance.now() - began < TURNS_MS) {
    const turn = await oneTurn(target, options);
    if (turn === undefined) return turns;
    turns.push(turn);
  }
  return turns;
}

async function oneTurn(
  target: RedisTarget,
  options: Omit<ReachOptions, 'onCertificate'>,
): Promise<TurnFact | undefined> {
  try {
    const session = await reach(target, options);
    try {
      await logIn(session, target);
      const { role, runId } = parseInfo(String(await session.call('INFO')));
      return { isReplica: role === 'replica', ...(runId === undefined ? {} : { runId }) };
    } finally {
      session.close();
    }
  } catch (error) {
    if (error instanceof ProbeFault || error instanceof RedisRefusal) return undefined;
    throw error;
  }
}
