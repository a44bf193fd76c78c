import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { requiredStandbys } from '../../../src/checks/postgres/synchronous.ts';
import type { ArchivingFact, ReplicationFact, StandbyFact } from '../../../src/evidence/postgres/replication-facts.ts';
import { facts, healthyServer, resultOf, server } from './fixtures.ts';

const streaming: StandbyFact = { name: 'standby1', state: 'streaming', sync: 'async', lagBytes: 1000 };
const TEST: JsonObject = { tier: 'test' };
const RDS: JsonObject = { postgres: { managed: { by: 'aws-rds', ha: true, backups: true } } };
const SILENT: JsonObject = { postgres: { managed: { by: 'aws-rds' } } };

describe('postgres.replication', () => {
  it.each<[string, Partial<ReplicationFact>, JsonObject, string, RegExp]>([
    ['a standby', { standbys: [streaming] }, {}, 'pass', /standby1 \(streaming, async, no lag\)/],
    [
      'one that receives and does not replay',
      { standbys: [{ ...streaming, isReplaying: false }] },
      {},
      'warn',
      /WAL is received but was not replayed during the probe/,
    ],
    ['none', { standbys: [] }, {}, 'fail', /no standby is connected: if this server fails, Dify is down/],
    ['none in test', { standbys: [] }, TEST, 'pass', /not required in test/],
    ['none that a managed service shows', { standbys: [] }, RDS, 'warn', /declared, not seen/],
    ['none that a managed service promises', { standbys: [] }, SILENT, 'warn', /postgres\.managed\.ha is not set/],
    [
      'one whose state is hidden',
      { standbys: [{ name: 'a' }], isShown: false },
      {},
      'pass',
      /state not visible to this role/,
    ],
    ['one that does not get on', { standbys: [{ name: 'a', state: 'catchup' }] }, {}, 'fail', /no standby streams/],
    ['one far behind', { standbys: [{ ...streaming, lagBytes: 5 * 2 ** 30 }] }, {}, 'warn', /5120 MiB behind/],
    [
      'a program that keeps the log',
      { standbys: [{ name: 'pg_receivewal', state: 'streaming' }] },
      {},
      'fail',
      /no standby/,
    ],
    ['a subscriber', { standbys: [{ name: 'cdc', state: 'streaming', isLogical: true }] }, {}, 'fail', /no standby/],
  ])('%s', (_name, over, file, status, words) => {
    const replication = { standbys: [], required: '', isShown: true, ...over };
    const result = resultOf('postgres.replication', server({ replication }), file);
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });

  it.each<[string, readonly StandbyFact[], boolean, string]>([
    ['FIRST 1 (gone)', [streaming], true, 'fail'],
    ['standby1', [{ ...streaming, sync: 'sync' }], true, 'pass'],
    ['ANY 2 (standby1, standby2, standby3)', [{ ...streaming, sync: 'quorum' }], true, 'fail'],
    ['*', [], true, 'fail'],
    ['*', [{ name: 'walreceiver' }], false, 'pass'],
    ['"Standby1"', [{ name: 'standby1' }], false, 'pass'],
    ['gone', [{ name: 'walreceiver' }], false, 'fail'],
  ])('synchronous_standby_names %s, with %j', (required, standbys, isShown, status) => {
    const seen = server({ replication: { standbys, required, isShown } });
    expect(resultOf('postgres.replication', seen).status).toBe(status);
    // Commits that never end are as bad in test.
    expect(resultOf('postgres.replication', seen, TEST).status).toBe(status);
  });
});

it.each([
  ['', 0, []],
  ['a', 1, ['a']],
  ['a, "b c"', 1, ['a', 'b c']],
  ['2 (a, b, c)', 2, ['a', 'b', 'c']],
  ['any 1 (a,b)', 1, ['a', 'b']],
  ['FIRST 3 (*)', 3, ['*']],
] as const)('%s asks for %i of %j', (setting, count, names) => {
  expect(requiredStandbys(setting)).toEqual({ count, names });
});

describe('postgres.archiving', () => {
  type Changed = { readonly [K in keyof ArchivingFact]?: ArchivingFact[K] | undefined };
  const healthy = healthyServer.archiving;
  const DUMP: JsonObject = { recovery: { postgres: { method: 'dump', interval: '15m' } } };
  const failed = { wal: '00000001000000000000005B', at: '2026-11-22T11:59:50Z' };
  const longAgo = { wal: '000000010000000000000001', at: '2026-08-01T00:00:00Z' };

  it.each<[string, Changed, JsonObject, string, RegExp]>([
    ['every segment', {}, {}, 'pass', /the last segment was archived at 2026-11-22T11:59:30Z/],
    [
      'an idle server whose archive is old',
      { lastArchived: longAgo },
      {},
      'pass',
      /the last segment was archived at 2026-08-01/,
    ],
    ['one segment on its way', { lastArchived: longAgo, waitingSegments: 1 }, {}, 'pass', /archived/],
    [
      'segments that wait',
      { lastArchived: longAgo, waitingSegments: 7 },
      {},
      'fail',
      /has stopped: 7 WAL segments written since/,
    ],
    ['a busy archiver', { waitingSegments: 3 }, {}, 'pass', /archived/],
    [
      'failures since',
      { lastFailed: failed, failed: 9 },
      {},
      'fail',
      /archiving has failed since 2026-11-22T11:59:30Z/,
    ],
    ['failures of a plan without it', { lastFailed: failed, failed: 9 }, DUMP, 'fail', /WAL files accumulate/],
    ['a failure long past', { lastFailed: longAgo, failed: 1 }, {}, 'pass', /archived/],
    ['off', { mode: 'off' }, {}, 'fail', /archive_mode is off/],
    ['off, in a plan without it', { mode: 'off' }, DUMP, 'pass', /the recovery plan requires no archive/],
    ['no command', { command: '' }, {}, 'fail', /is empty/],
    ['a library in its place', { command: '', library: 'basic_archive' }, {}, 'pass', /archived/],
    ['true with the path', { command: '/bin/true %p' }, {}, 'fail', /archives nothing/],
    ['a command without the path', { command: '/opt/archive.sh' }, {}, 'fail', /archives nothing/],
    ['a copy to nowhere', { command: 'gzip < %p > /dev/null' }, {}, 'fail', /archives nothing/],
    ['a quiet copy', { command: 'test ! -f /a/%f && cp %p /a/%f 2>/dev/null' }, {}, 'pass', /./],
    ['a command to nowhere', { command: '/bin/true' }, {}, 'fail', /archives nothing/],
    [
      'no timeout',
      { timeoutSeconds: 0, openBytes: 900_000 },
      {},
      'warn',
      /archived only when it is full: a crash may lose more than the RPO of 15m/,
    ],
    ['a timeout above the RPO', { timeoutSeconds: 3600 }, {}, 'warn', /archived only when it is full or 1h old/],
    ['nothing yet', { archived: 0, lastArchived: undefined }, {}, 'warn', /nothing has been archived yet/],
    ['off at a managed service', { mode: 'off', lastArchived: undefined }, RDS, 'warn', /declared, not seen/],
    ['seen at a managed service', {}, RDS, 'pass', /archived by aws-rds/],
    [
      'hidden by one that promises nothing',
      { mode: 'off', lastArchived: undefined },
      SILENT,
      'warn',
      /postgres\.managed\.backups is not set/,
    ],
  ])('%s', (_name, over, file, status, words) => {
    if (healthy === undefined) throw new Error('the healthy server archives');
    const archiving = { ...healthy, ...over } as ArchivingFact;
    const result = resultOf('postgres.archiving', server({ archiving }), file);
    expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
  });

  it('a WAL receiver counts as archiving, unless archive_command fails beside it', () => {
    if (healthy === undefined) throw new Error('the healthy server archives');
    const standbys = [{ name: 'barman_receive_wal', state: 'streaming' }];
    const replication = { standbys, required: '', isShown: true };
    const received = server({ replication, archiving: { ...healthy, mode: 'off' } });
    expect(resultOf('postgres.archiving', received).message).toBe('the WAL is streamed to barman_receive_wal');
    const failing = server({ replication, archiving: { ...healthy, lastFailed: failed } });
    expect(resultOf('postgres.archiving', failing).status).toBe('fail');
  });

  it('is a warning in test', () => {
    if (healthy === undefined) throw new Error('the healthy server archives');
    expect(resultOf('postgres.archiving', server({ archiving: { ...healthy, mode: 'off' } }), TEST).status).toBe(
      'warn',
    );
  });
});

describe('the answer of the vendor’s command line', () => {
  const hidden = { ...healthyServer, replication: { standbys: [], required: '', isShown: true } };
  const { archiving: _, ...shown } = hidden;

  it.each([
    [true, 'pass', 'pass'],
    [false, 'fail', 'fail'],
    [undefined, 'warn', 'warn'],
  ])('standby and backups %s', (there, standby, backups) => {
    const vendor = { program: 'aws', ...(there === undefined ? {} : { hasStandby: there, hasBackups: there }) };
    const seen = facts({ server: shown, vendor });
    expect(resultOf('postgres.replication', seen, RDS).status).toBe(standby);
    expect(resultOf('postgres.archiving', seen, RDS).status).toBe(backups);
  });
});
