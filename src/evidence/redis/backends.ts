import { ProbeError } from '../../net/probe-error.ts';
import { type ConnectOptions, connect, logIn, type RedisTarget } from './connect.ts';
import type { BackendFact } from './facts.ts';
import { parseInfo } from './info.ts';
import { RedisError } from './session.ts';

/** Enough connections to see both servers behind a load balancer with near certainty. */
const TURNS = 5;
/** Milliseconds after which no further connection is made. */
const TURNS_MS = 3_000;

/**
 * Connects repeatedly, one connection after the other, and identifies the server each time. Stops at the first
 * connection that fails.
 */
export async function sampleBackends(
  target: RedisTarget,
  options: Omit<ConnectOptions, 'onCertificate'>,
): Promise<readonly BackendFact[]> {
  const turns: BackendFact[] = [];
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
  options: Omit<ConnectOptions, 'onCertificate'>,
): Promise<BackendFact | undefined> {
  try {
    const session = await connect(target, options);
    try {
      await logIn(session, target);
      const { role, runId } = parseInfo(String(await session.call('INFO')));
      return { isReplica: role === 'replica', ...(runId === undefined ? {} : { runId }) };
    } finally {
      session.close();
    }
  } catch (error) {
    if (error instanceof ProbeError || error instanceof RedisError) return undefined;
    throw error;
  }
}
