import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationSeconds, isDuration } from '../../src/base/duration.ts';
import type { RecoveryNeeds } from '../../src/recovery/needs.ts';
import { impliedPlan, unmetPromises } from '../../src/recovery/plan.ts';

function needs(
  over: Partial<RecoveryNeeds> & { readonly at?: readonly [rto: string, rpo: string] } = {},
): RecoveryNeeds {
  const { at: [rto, rpo] = ['4h', '15m'], ...rest } = over;
  return {
    tier: 'prod',
    target: 'kubernetes',
    rto: durationSeconds(rto),
    rpo: durationSeconds(rpo),
    postgres: 'external',
    vectorStore: 'external',
    localFiles: false,
    region: 'single',
    ...rest,
  };
}

function plan(from: RecoveryNeeds): Readonly<Record<string, unknown>> {
  return Object.fromEntries(impliedPlan(from).map(({ path, value }) => [path.replace('recovery.', ''), value]));
}

describe('PostgreSQL', () => {
  test.each([
    ['1m', 'external', 'replica', '5m'],
    ['5m', 'external', 'pitr', '5m'],
    ['15m', 'external', 'pitr', '5m'],
    ['23h', 'external', 'pitr', '5m'],
    ['1d', 'external', 'dump', '12h'],
    ['14d', 'external', 'dump', '7d'],
    ['1h', 'bundled', 'dump', '30m'],
    ['1m', 'bundled', 'dump', '5m'],
  ] as const)('an RPO of %s and an %s server: %s every %s', (rpo, postgres, method, interval) => {
    expect(plan(needs({ at: ['4h', rpo], postgres }))).toMatchObject({
      'postgres.method': method,
      'postgres.interval': interval,
    });
  });
});

describe('the other stores', () => {
  test.each([
    [{}, { 'vectorStore.strategy': 'rebuild' }],
    [{ at: ['1h', '15m'] }, { 'vectorStore.strategy': 'snapshot', 'vectorStore.interval': '5m' }],
    [{ vectorStore: 'bundled' }, { 'vectorStore.strategy': 'snapshot', 'vectorStore.interval': '5m' }],
    [{ documents: 1_000_000 }, { 'vectorStore.strategy': 'snapshot' }],
    [{ documents: 1_000, at: ['1h', '15m'] }, { 'vectorStore.strategy': 'rebuild' }],
    [{ vectorStore: 'bundled', tier: 'test' }, { 'vectorStore.strategy': 'rebuild' }],
    [{}, { 'objectStorage.versioning': true, 'objectStorage.replication': 'none' }],
    [{ region: 'standby' }, { 'objectStorage.replication': 'cross-region' }],
    [{ localFiles: true }, { 'objectStorage.versioning': false, 'objectStorage.interval': '5m' }],
    [{ at: ['4h', '1m'] }, { corruptionRpo: '5m' }],
    [{ at: ['30m', '5m'] }, { corruptionRpo: '10m', 'vectorStore.interval': '5m' }],
    [{ tier: 'test' }, { 'redis.persistence': 'rdb' }],
    [{}, { 'redis.persistence': 'aof' }],
  ] as const)('%j implies %j', (over, implied) => {
    expect(plan(needs(over))).toMatchObject(implied);
  });
});

describe('operations', () => {
  test.each([
    [{}, { availability: '99.9%', 'topology.zones': 3, 'drills.interval': '90d' }],
    [{ target: 'compose' }, { availability: '99.5%', 'topology.zones': 1 }],
    [{ at: ['2d', '1d'] }, { availability: '99%' }],
    [{ managed: [{ service: 'redis', by: 'memorystore' }] }, { availability: '99.5%' }],
    [{ at: ['30m', '15m'] }, { availability: '99.9%', 'drills.interval': '30d' }],
  ] as const)('%j implies %j', (over, implied) => {
    expect(plan(needs(over))).toMatchObject(implied);
  });

  test('a test has no promise and no drill', () => {
    expect(Object.keys(plan(needs({ tier: 'test' })))).not.toEqual(
      expect.arrayContaining(['availability', 'upgradeWindow', 'drills.interval']),
    );
  });
});

test('each part of the plan has a reason, once', () => {
  const implications = impliedPlan(needs());
  expect(new Set(implications.map(({ path }) => path)).size).toBe(implications.length);
  for (const { reason } of implications) expect(reason.length).toBeGreaterThan(10);
});

test('for any RTO and RPO: an interval is a duration, and a dump and its own duration fit the RPO', () => {
  const seconds = fc.integer({ min: 1, max: 60 * 86_400 });
  const tier = fc.constantFrom('test', 'prod' as const);
  fc.assert(
    fc.property(seconds, seconds, tier, (rto, rpo, oneTier) => {
      const of = plan({ ...needs(), rto, rpo, tier: oneTier });
      const interval = String(of['postgres.interval']);
      expect(isDuration(interval)).toBe(true);
      if (of['postgres.method'] === 'dump') expect(durationSeconds(interval) * 2).toBeLessThanOrEqual(rpo);
      if (of.availability !== undefined) expect(of.availability).toMatch(/^\d{2}(\.\d+)?%$/);
    }),
  );
});

describe('an RTO or RPO that no plan can meet is reported', () => {
  test.each([
    [['4h', '15m'], []],
    [['4h', '1m'], ['up to 5m of work is lost']],
    [['1m', '15m'], ['shorter than the failover']],
    [['10m', '15m'], ['Measure it']],
  ] as const)('%j', (at, words) => {
    const notes = unmetPromises(needs({ at }));
    expect(notes).toHaveLength(words.length);
    words.forEach((word, index) => {
      expect(notes[index]).toContain(word);
    });
  });
});
