import { describe, expect, it } from 'vitest';
import { allSeen, type Patch, plan, postgresSeen, resultOf } from './scene.ts';

const SNAPSHOTS = { vectorStore: { strategy: 'snapshot', interval: '1d' } };
const DUMP = { postgres: { method: 'dump', interval: '1d', duration: '10m' } };
const REPLICA = { rpo: '1m', corruptionRpo: '5m', postgres: { method: 'replica', interval: '5m' } };
const LOCAL = { objectStorage: { provider: 'local', s3: null } };

function managed(more: Patch): Patch {
  return { postgres: { managed: { by: 'aws-rds', ...more } } };
}

describe('recovery.rpo: a lost machine or zone', () => {
  it.each<[string, Patch, string, RegExp]>([
    [
      'a healthy plan',
      {},
      'pass',
      /^worst-case loss 5m \(target 15m\): the maximum of postgres 5m \(pitr, WAL archived every 5m\), object/,
    ],
    ['a daily dump', plan(DUMP), 'fail', /postgres 1d 10m \(dump every 1d \+ 10m = 1d 10m\)/],
    [
      'a dump that fits, its duration too',
      plan({ ...DUMP, rpo: '25h' }),
      'warn',
      /declared, not seen.*worst-case loss 1d 10m \(target 25h\)/,
    ],
    [
      'a dump without room for its duration',
      plan({ rpo: '1d', postgres: { method: 'dump', interval: '1d' } }),
      'fail',
      /plus its duration/,
    ],
    [
      'a dump with room for its duration',
      plan({ rpo: '1d', postgres: { method: 'dump', interval: '12h' } }),
      'warn',
      /^postgres: declared, not seen.*a backup of postgres may take 12h/,
    ],
    ['no interval', plan({ postgres: { method: 'dump', interval: null } }), 'fail', /dump without an interval/],
    [
      'a log shipped too seldom',
      plan({ rpo: '1m' }),
      'fail',
      /only a synchronous standby of PostgreSQL can lose less than 5m/,
    ],
    ['backups kept for no time', plan({ postgres: { retention: '0s' } }), 'fail', /kept for 0s/],
    [
      'backups kept for less than an interval',
      plan({ rpo: '2d', postgres: { method: 'dump', interval: '1d', retention: '12h' } }),
      'fail',
      /less than one interval/,
    ],
    ['a managed service without backups', managed({ backups: false }), 'fail', /backups is false/],
    [
      'a managed service that fails over',
      { ...managed({ ha: true }), ...plan({ rpo: '1m' }) },
      'skip',
      /declares.*this depends on checks without a result: see postgres\.replication/,
    ],
    [
      'a managed service, which ships at its own pace',
      { ...managed({}), ...plan({ rpo: '4m', postgres: { interval: '1m' } }) },
      'fail',
      /every 5m by the service/,
    ],
    ['external vectors with snapshots', plan(SNAPSHOTS), 'pass', /vectorStore 0s \(external\)/],
    [
      'bundled vectors',
      { vectorStore: { mode: 'bundled', provider: null, qdrant: null }, ...plan(SNAPSHOTS) },
      'fail',
      /vectorStore 1d/,
    ],
    ['files on one volume', { ...LOCAL, ...plan({ objectStorage: { versioning: false } }) }, 'fail', /one volume/],
    [
      'files on one volume, copied',
      { ...LOCAL, ...plan({ objectStorage: { versioning: false, interval: '5m', duration: '5m' } }) },
      'warn',
      /declared, not seen.*copy every 5m \+ 5m = 10m/,
    ],
    ['no promise', plan({ rpo: null }), 'skip', /^$/],
    ['no store', plan({ postgres: null, objectStorage: null, vectorStore: null }), 'skip', /see recovery\.plan/],
  ])('%s', (_title, patch, status, words) => {
    const { status: found, message } = resultOf('recovery.rpo', patch);
    expect([found, message]).toEqual([status, expect.stringMatching(words)]);
  });

  it.each<[string, Parameters<typeof postgresSeen>, string, RegExp]>([
    [
      'a synchronous standby',
      [['sync']],
      'pass',
      /worst-case loss 0s \(target 1m\): the maximum of postgres 0s \(a synchronous standby, observed/,
    ],
    ['a quorum', [['quorum', 'quorum']], 'pass', /worst-case loss 0s \(target 1m\)/],
    [
      'one that commits wait for, its state hidden',
      [[undefined], { required: 'ANY 1 (a)' }],
      'pass',
      /worst-case loss 0s/,
    ],
    ['an asynchronous one', [['async']], 'fail', /and the observed replica is asynchronous/],
    ['none', [[]], 'fail', /WAL archived every 5m\); only a synchronous standby/],
  ])('0 only with evidence: %s', (_title, seen, status, words) => {
    const { status: found, message } = resultOf('recovery.rpo', plan(REPLICA), allSeen(postgresSeen(...seen)));
    expect([found, message]).toEqual([status, expect.stringMatching(words)]);
  });

  it('leaves a replica that could not be probed to the check that gives the reason', () => {
    expect(resultOf('recovery.rpo', plan(REPLICA), [])).toMatchObject({
      status: 'skip',
      message: expect.stringMatching(/see postgres\.reachable/),
    });
  });

  it('does not count the read replicas of a managed service as standbys', () => {
    const aurora = { ...managed({ ha: true }), ...plan(REPLICA) };
    expect(resultOf('recovery.rpo', aurora, allSeen(postgresSeen(['async']))).status).toBe('pass');
    expect(resultOf('recovery.rpo', { ...managed({}), ...plan(REPLICA) }).status).toBe('skip');
  });
});

describe('recovery.rpo.corruption: data that was deleted by mistake', () => {
  const unversioned = { versioning: false };
  it.each<[string, Patch, string, RegExp]>([
    ['a healthy plan', {}, 'pass', /worst-case loss 5m \(target 15m\)/],
    ['an unversioned bucket', plan({ objectStorage: unversioned }), 'fail', /neither versioned nor replicated/],
    [
      'a bucket that is only copied',
      plan({ objectStorage: { ...unversioned, replication: 'cross-region' } }),
      'fail',
      /a copy repeats every mistake/,
    ],
    [
      'a bucket copied often enough',
      plan({ objectStorage: { ...unversioned, interval: '10m' } }),
      'warn',
      /^objectStorage: declared, not seen.*copy every 10m/,
    ],
    ['daily vectors', plan(SNAPSHOTS), 'fail', /vectorStore 1d/],
    ['what a lost machine loses already', plan(DUMP), 'skip', /see recovery\.rpo/],
    [
      'both a dump and a bucket',
      plan({ ...DUMP, objectStorage: unversioned }),
      'fail',
      /^not restored: objectStorage \(neither versioned nor replicated\); expected/,
    ],
    [
      'a standby alone',
      { ...managed({ ha: true }), ...plan({ postgres: { method: 'replica', interval: null } }) },
      'fail',
      /a replica without backups repeats every mistake/,
    ],
    [
      'a promise of its own',
      { ...managed({ ha: true }), ...plan(REPLICA) },
      'pass',
      /worst-case loss 5m \(target 5m\)/,
    ],
    [
      'the promise for machines, kept by nobody',
      { ...managed({ ha: true }), ...plan({ ...REPLICA, corruptionRpo: null }) },
      'fail',
      /the lowest published RPO is 5m/,
    ],
    [
      'a figure of one’s own, newer',
      { ...managed({ ha: true }), ...plan({ ...REPLICA, corruptionRpo: null, measured: { loss: '30s' } }) },
      'skip',
      /measured on 2026-10-01.*see recovery\.measured/,
    ],
    [
      'a figure of one’s own, too old',
      {
        ...managed({ ha: true }),
        ...plan({ ...REPLICA, corruptionRpo: null, measured: { loss: '30s', at: '2025-01-01' } }),
      },
      'fail',
      /lowest published/,
    ],
  ])('%s', (_title, patch, status, words) => {
    const { status: found, message } = resultOf('recovery.rpo.corruption', patch);
    expect([found, message]).toEqual([status, expect.stringMatching(words)]);
  });

  it('names the one next step for a bucket', () => {
    expect(resultOf('recovery.rpo.corruption', plan({ objectStorage: unversioned })).remedy).toMatch(
      /enable versioning/,
    );
  });
});

describe('recovery.rpo.region', () => {
  const standby = { topology: { region: 'standby' } };
  const copied = { objectStorage: { replication: 'cross-region' } };
  it.each<[string, Patch, string, RegExp]>([
    ['one region', {}, 'skip', /one region/],
    [
      'a second one that has the files',
      plan({ ...standby, ...copied }),
      'warn',
      /declared, not seen.*copied to the other region within 15m/,
    ],
    ['a second one without the files', plan(standby), 'fail', /no copy in another region/],
    ['a copy that lags behind the promise', plan({ ...standby, ...copied, rpo: '10m' }), 'fail', /objectStorage 15m/],
    ['daily vectors', plan({ ...standby, ...copied, ...SNAPSHOTS }), 'fail', /vectorStore 1d/],
  ])('%s', (_title, patch, status, words) => {
    const { status: found, message } = resultOf('recovery.rpo.region', patch);
    expect([found, message]).toEqual([status, expect.stringMatching(words)]);
  });
});
