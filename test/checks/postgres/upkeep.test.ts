import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import type { ServerFact } from '../../../src/evidence/postgres/facts.ts';
import type { SessionFact } from '../../../src/evidence/postgres/session-facts.ts';
import type { UpkeepFact } from '../../../src/evidence/postgres/upkeep-facts.ts';
import { entry, facts, healthyServer, healthySession, resultOf, server } from './fixtures.ts';

const TEST: JsonObject = { tier: 'test' };
const RDS: JsonObject = { postgres: { managed: { by: 'aws-rds', ha: true, backups: true } } };
const CLEAN: UpkeepFact = { idleSlots: [], lostSlots: [], forgotten: [], resorted: [] };
const aged = (age: number) => ({ oldest: { database: 'postgres', age } });

describe('postgres.upkeep', () => {
  it.each<[string, Partial<UpkeepFact>, ServerFact['settings'], string, RegExp]>([
    ['all in use', {}, {}, 'pass', /./],
    ['an idle slot', { idleSlots: [{ name: 'a', keptBytes: 2 ** 24 }] }, {}, 'warn', /slot a \(16 MiB\)/],
    ['one that keeps much', { idleSlots: [{ name: 'a', keptBytes: 2 ** 31 }] }, {}, 'fail', /until its disk is full/],
    [
      'one that is bounded',
      { idleSlots: [{ name: 'a', keptBytes: 9 }] },
      { max_slot_wal_keep_size: '64' },
      'pass',
      /./,
    ],
    ['one without its WAL', { lostSlots: ['a'] }, {}, 'warn', /slot a has lost its WAL/],
    ['young', aged(200e6), {}, 'pass', /./],
    ['old', aged(1_200e6), {}, 'warn', /used 1200 million transaction IDs since its last freeze/],
    ['as good as stopped', aged(1_700e6), {}, 'fail', /accepts no more writes/],
    ['a prepared transaction that is never finished', { forgotten: ["it's"] }, {}, 'warn', /its locks remain/],
    ['another library', { resorted: ['dify'] }, {}, 'warn', /indexes on text columns may miss rows/],
    ['no vacuum', {}, { autovacuum: 'off', track_counts: 'off' }, 'warn', /autovacuum and track_counts off/],
  ])('%s', (_name, over, settings = {}, status, words) => {
    const result = resultOf('postgres.upkeep', server({ upkeep: { ...CLEAN, ...over }, settings }));
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });
});

describe('postgres.durability', () => {
  it.each<[ServerFact['settings'], JsonObject, string]>([
    [{ fsync: 'on', full_page_writes: 'on' }, {}, 'pass'],
    [{ fsync: 'off', full_page_writes: 'off' }, {}, 'fail'],
    [{ fsync: 'on', full_page_writes: 'off' }, {}, 'warn'],
    [{ fsync: 'off' }, TEST, 'pass'],
    [{ full_page_writes: 'off' }, RDS, 'pass'],
  ])('%j', (settings = {}, file, status) => {
    expect(resultOf('postgres.durability', server({ settings }), file).status).toBe(status);
  });
});

describe('postgres.primary', () => {
  const within = (over: Partial<SessionFact>) =>
    facts({ entries: [entry('main', { session: { ...healthySession, ...over } }), entry('plugin')] });
  const at = (isInRecovery: boolean, startedAt: string) => ({ isInRecovery, startedAt });
  const turned = (...turns: NonNullable<ServerFact['backends']>) => server({ startedAt: 'first', backends: turns });

  it.each<[string, ReturnType<typeof facts>, JsonObject, string, RegExp]>([
    [
      'a full disk',
      within({ table: { refused: { code: '53100', text: 'No space left on device' } } }),
      {},
      'fail',
      /dify accepts no writes: No space left on device/,
    ],
    ['a commit that does not end', within({ commit: 'waits' }), {}, 'fail', /a commit in dify does not finish/],
    [
      'a standby now and then',
      turned(at(false, 'first'), at(true, 'second')),
      {},
      'fail',
      /1 of 5 connections reached/,
    ],
    ['two primaries', turned(at(false, 'first'), at(false, 'second')), {}, 'fail', /2 servers that accept writes/],
    ['several that a service runs as one', turned(at(false, 'first'), at(false, 'second')), RDS, 'pass', /./],
    ['one', turned(at(false, 'first')), {}, 'pass', /./],
  ])('%s', (_name, seen, file, status, words) => {
    const result = resultOf('postgres.primary', seen, file);
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });

  it('a full disk, or a commit that waits for a standby, is one finding', () => {
    const full = within({ table: { refused: { code: '53100', text: 'No space left on device' } } });
    expect(resultOf('postgres.rights', full).status).toBe('pass');
    const waiting = { standbys: [{ name: 'a' }], required: 'a', isShown: false };
    const stuck = { ...within({ commit: 'waits' }), server: { ...healthyServer, replication: waiting } };
    expect(resultOf('postgres.primary', stuck).status).toBe('pass');
    expect(resultOf('postgres.replication', stuck).message).toMatch(/a commit does not finish: .* a does not answer/);
    const local = {
      ...within({ commit: 'ended' }),
      server: { ...healthyServer, replication: { ...waiting, standbys: [] } },
    };
    expect(resultOf('postgres.replication', local).message).toMatch(/^no standby is connected/);
  });
});
