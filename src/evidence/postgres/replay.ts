import { setTimeout as delay } from 'node:timers/promises';
import type { ReplicationFact } from './replication-facts.ts';
import { number, seen, text } from './rows.ts';
import type { Session } from './session.ts';

/** How often replay is checked, and the pause between in ms: a standby that replays advances within a second. */
const LOOKS = 6;
const PAUSE_MS = 300;

/**
 * Bytes of WAL that a standby has received and replayed, counted from LSN 0/0. A client of decoded changes has neither.
 */
const PLACES = `
  SELECT application_name AS name, pg_wal_lsn_diff(flush_lsn, '0/0') AS received, pg_wal_lsn_diff(replay_lsn, '0/0') AS replayed
    FROM pg_stat_replication WHERE state = 'streaming'`;

interface Place {
  readonly received: number;
  readonly replayed: number;
}

/**
 * Marks standbys that have received WAL and replay none of it while they are observed: recovery is paused, delayed, or
 * waits for a query. Call after something was written. Marks nothing if this role may not read the positions.
 */
export async function withReplay(
  session: Session,
  replication: ReplicationFact,
  pause: () => Promise<unknown> = () => delay(PAUSE_MS),
): Promise<ReplicationFact> {
  const first = await placesOf(session);
  let idle = [...first].filter(([, { received, replayed }]) => replayed < received).map(([name]) => name);
  for (let look = 1; look < LOOKS && idle.length > 0; look += 1) {
    await pause();
    const now = await placesOf(session);
    idle = idle.filter((name) => {
      const [before, after] = [first.get(name), now.get(name)];
      return before !== undefined && after !== undefined && after.replayed <= before.replayed;
    });
  }
  if (idle.length === 0) return replication;
  const standbys = replication.standbys.map((one) => (idle.includes(one.name) ? { ...one, isReplaying: false } : one));
  return { ...replication, standbys };
}

/** Positions by name. Standbys that share a name cannot be told apart and are left out. */
async function placesOf(session: Session): Promise<ReadonlyMap<string, Place>> {
  const rows = (await seen(session, PLACES)) ?? [];
  const places = rows.flatMap((row) => {
    const [name = '', received, replayed] = [text(row, 'name'), number(row, 'received'), number(row, 'replayed')];
    const isOne = rows.filter((other) => text(other, 'name') === name).length === 1;
    return received === undefined || replayed === undefined || !isOne ? [] : [[name, { received, replayed }] as const];
  });
  return new Map(places);
}
