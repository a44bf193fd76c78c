import { expect, test } from 'vitest';
import type { OpenBuckets } from '../../../src/backup/make/bucket.ts';
import type { MakeContext } from '../../../src/backup/make/context.ts';
import { bucketState, stateOf } from '../../../src/backup/make/source-state.ts';

const row = (transactions: string, server = '7301'): readonly string[] => [
  JSON.stringify([server, '1764550000.123456', '16384', transactions]),
];

test('a database has the same state until a transaction gets an id', () => {
  const state = stateOf(row('812:812:'));
  expect(state).toMatch(/^[0-9a-f]{64}$/);
  expect(stateOf(row('812:812:'))).toBe(state);
  expect(stateOf(row('813:813:'))).not.toBe(state);
  expect(stateOf(row('812:812:', '7302'))).not.toBe(state);
});

test.each([
  ['a transaction that writes', row('812:814:812')],
  ['a prepared transaction', row('812:813:812')],
  ['a standby, which answers with no row', []],
  ['an answer of another form', ['{}']],
])('%s gives no state', (_, lines) => {
  expect(stateOf(lines)).toBeUndefined();
});

const BUCKETS = { files: 'dify', plugins: 'dify-plugin' } as OpenBuckets;
const context = (endpoint: string) =>
  ({ deployment: { objectStorage: { provider: 's3', s3: { endpoint } } } }) as unknown as MakeContext;
const listed = (secondsAgo: number | undefined, digest = 'd1') => {
  const begunAt = new Date('2026-12-01T02:00:00Z');
  const newest = secondsAgo === undefined ? undefined : new Date(begunAt.getTime() - secondsAgo * 1000);
  return { keys: [], digest, newest, begunAt };
};

test('a bucket has the same state until its list, its name or its storage changes', () => {
  const state = bucketState('objects', BUCKETS, listed(60), context('https://a'));
  expect(state).toMatch(/^[0-9a-f]{64}$/);
  expect(bucketState('objects', BUCKETS, listed(60), context('https://a'))).toBe(state);
  expect(bucketState('objects', BUCKETS, listed(60, 'd2'), context('https://a'))).not.toBe(state);
  expect(bucketState('plugin-storage', BUCKETS, listed(60), context('https://a'))).not.toBe(state);
  expect(bucketState('objects', BUCKETS, listed(60), context('https://b'))).not.toBe(state);
});

test('an empty bucket has a state, and one with an object of the last minute has none', () => {
  expect(bucketState('objects', BUCKETS, listed(undefined), context('https://a'))).toBeDefined();
  expect(bucketState('objects', BUCKETS, listed(59), context('https://a'))).toBeUndefined();
  expect(bucketState('objects', BUCKETS, listed(-5), context('https://a'))).toBeUndefined();
});
