import { setTimeout as delay } from 'node:timers/promises';
import type { ReplicationFact } from './facts.ts';
import { number, seen, text } from './rows.ts';
import type { Session } from './session.ts';

/** How often replay is looked at again, and milliseconds between: a standby that replays at all moves within a second. */
const LOOKS = 6;
const PAUSE_MS = 300;

/** Bytes of log that a standby has received and replayed, counted from the beginning. A client of decoded changes has neither. */
const PLACES = `
  SELECT application_name AS name, pg_wal_lsn_diff(flush_lsn, '0/0') AS received, pg_wal_lsn_diff(replay_lsn, '0/0') AS replayed
    FROM pg_stat_replication WHERE state = 'streaming'`;

interface Place {
  readonly received: number;
  readonly replayed: number;
}

/**
 * Marks the standbys that have received log and replay none of it while they are watched: recovery is paused, delayed, or waits for a query. Called after
 * something was written. Where the places are not shown to this role, nothing is marked.
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

/** By name; of several of one name, none is told from another, so that they are left out. */
async function placesOf(session: Session): Promise<ReadonlyMap<string, Place>> {
  const rows = (await seen(session, PLACES)) ?? [];
  const places = rows.flatMap((row) => {
    const [name = '', received, replayed] = [text(row, 'name'), number(row, 'received'), number(row, 'replayed')];
    const isOne = rows.filter((other) => text(other, 'name') === name).length === 1;
    return received === undefined || replayed === undefined || !isOne ? [] : [[name, { received, replayed }] as const];
  });
  return new Map(places);
}
