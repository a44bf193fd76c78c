import { TRANSACTIONS } from '../../checklist/postgres.ts';
import type { ServerFact } from '../../evidence/postgres/facts.ts';
import type { UpkeepFact } from '../../evidence/postgres/upkeep-facts.ts';
import type { Check, Judgement } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { ofAll, ofPostgres, postgresContext, quoted, serverIn } from './context.ts';

export const postgresUpkeep: Check = {
  ...ofPostgres,
  id: 'postgres.upkeep',
  title: 'PostgreSQL has no maintenance backlog that will stop it',
  severity: errorInProdElseWarning,
  remedy: 'ALTER SYSTEM RESET autovacuum; SELECT pg_reload_conf();',
  judge: (context) => {
    const seen = postgresContext(context);
    const server = serverIn(seen);
    if ('status' in server) return server;
    if (server.isInRecovery) return notReached('postgres.primary');
    const judgements = [
      judgeVacuum(server),
      ...(server.upkeep === undefined ? [] : judgeUpkeep(server.upkeep, server)),
    ];
    return ofAll(
      seen,
      judgements.map(({ subject, judgement }) => [subject, judgement] as const),
    );
  },
};

interface Judged {
  readonly subject: string;
  readonly judgement: Judgement;
}

function judgeVacuum({ settings = {} }: ServerFact): Judged {
  const off = (['autovacuum', 'track_counts'] as const).filter((name) => settings[name] === 'off');
  const expected = 'autovacuum and track_counts on';
  if (off.length === 0) return { subject: 'autovacuum', judgement: pass('autovacuum is on', expected) };
  const observed = `${listed(off)} off`;
  const message = `${observed}: dead rows accumulate, and every query gets slower`;
  const remedy = `${off.map((name) => `ALTER SYSTEM SET ${name} = on;`).join(' ')} SELECT pg_reload_conf();`;
  return { subject: 'autovacuum', judgement: finding('warn', { observed, expected, message, remedy }) };
}

function judgeUpkeep(upkeep: UpkeepFact, { settings = {} }: ServerFact): readonly Judged[] {
  return [
    judgeSlots(upkeep, settings.max_slot_wal_keep_size),
    judgeAge(upkeep.oldest),
    judgePrepared(upkeep.forgotten),
    judgeSorting(upkeep.resorted),
  ];
}

/** Bytes of log that an unused slot keeps; above this the disk is in danger. */
const MUCH = 1 << 30;

function judgeSlots({ idleSlots, lostSlots }: UpkeepFact, bound = '-1'): Judged {
  const subject = 'replication slots';
  const expected = 'every replication slot in use';
  const drop = (names: readonly string[]) =>
    names.map((name) => `SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}');`).join(' ');
  if (idleSlots.length > 0 && bound === '-1') {
    const words = listed(idleSlots.map(({ name, keptBytes }) => `${name} (${Math.round(keptBytes / (1 << 20))} MiB)`));
    const observed = `no client reads replication slot ${words}`;
    return {
      subject,
      judgement: finding(idleSlots.some(({ keptBytes }) => keptBytes > MUCH) ? 'fail' : 'warn', {
        observed,
        expected,
        message: `${observed}: the server keeps all WAL since then, until its disk is full`,
        remedy: `restart the client that reads it, or drop it: ${drop(idleSlots.map(({ name }) => name))}`,
      }),
    };
  }
  if (lostSlots.length > 0) {
    const observed = `replication slot ${listed(lostSlots)} has lost its WAL`;
    const remedy = `recreate the client that reads it, then drop the slot: ${drop(lostSlots)}`;
    return { subject, judgement: finding('warn', { observed, expected, remedy }) };
  }
  return { subject, judgement: pass('a client reads every replication slot', expected) };
}

function judgeAge(oldest: UpkeepFact['oldest']): Judged {
  const subject = 'transaction IDs';
  const expected = `fewer than ${TRANSACTIONS.old / 1e6} million transactions since the last freeze`;
  if (oldest === undefined) return { subject, judgement: pass('not shown', expected) };
  const observed = `${oldest.database} has used ${Math.round(oldest.age / 1e6)} million transaction IDs since its last freeze`;
  if (oldest.age < TRANSACTIONS.old) return { subject, judgement: pass(observed, expected) };
  const message = `${observed}: at ${TRANSACTIONS.end / 1e6} million PostgreSQL accepts no more writes`;
  const remedy = `connected to ${quoted(oldest.database)}: VACUUM (FREEZE); and check what prevents it: pg_prepared_xacts, pg_replication_slots, long transactions`;
  const status = oldest.age < TRANSACTIONS.grave ? 'warn' : 'fail';
  return { subject, judgement: finding(status, { observed, expected, message, remedy }) };
}

function judgePrepared(forgotten: readonly string[]): Judged {
  const subject = 'prepared transactions';
  const expected = 'none older than an hour';
  if (forgotten.length === 0) return { subject, judgement: pass('none', expected) };
  const observed = `prepared transaction ${listed(forgotten)} was never finished`;
  const message = `${observed}: its locks remain, and vacuum cannot remove dead rows`;
  const remedy = forgotten.map((gid) => `ROLLBACK PREPARED '${gid.replaceAll("'", "''")}';`).join(' ');
  return { subject, judgement: finding('warn', { observed, expected, message, remedy }) };
}

function judgeSorting(resorted: readonly string[]): Judged {
  const subject = 'collations';
  const expected = 'indexes built with the collation version in use';
  if (resorted.length === 0) return { subject, judgement: pass('the collation version is unchanged', expected) };
  const observed = `${listed(resorted)}: built with another collation version than the one in use`;
  const message = `${observed}: indexes on text columns may miss rows`;
  const remedy = resorted
    .map((name) => `REINDEX DATABASE ${quoted(name)}; ALTER DATABASE ${quoted(name)} REFRESH COLLATION VERSION;`)
    .join(' ');
  return { subject, judgement: finding('warn', { observed, expected, message, remedy }) };
}
