import type { BackendFact } from './facts.ts';
import type { Open } from './pooler.ts';
import { flag, text } from './rows.ts';

/** Enough connections to see both servers behind a load balancer with near certainty. */
const TURNS = 6;
/** Milliseconds after which no further connection is made. */
const TURNS_MS = 3_000;

const SERVER = `
  SELECT pg_is_in_recovery() AS recovery, to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS started`;

/**
 * Connects repeatedly, one connection after the other, and identifies the server each time. Stops at the first
 * connection that fails.
 */
export async function sampleBackends(open: Open): Promise<readonly BackendFact[]> {
  const turns: BackendFact[] = [];
  const began = performance.now();
  for (let turn = 0; turn < TURNS && performance.now() - began < TURNS_MS; turn += 1) {
    const session = await open().catch(() => undefined);
    if (session === undefined) return turns;
    const row = (await session.query(SERVER).catch(() => []))[0];
    await session.end();
    const startedAt = text(row, 'started');
    if (startedAt !== undefined) turns.push({ isInRecovery: flag(row, 'recovery'), startedAt });
  }
  return turns;
}
