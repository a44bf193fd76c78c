import { describe, expect, test } from 'vitest';
import { kubectl } from '../../../src/exec/kubectl.ts';
import { leaseStore } from '../../../src/state/lock/lease.ts';
import { acquireLock } from '../../../src/state/lock/lock.ts';
import { newRunId, ownRecord } from '../../../src/state/lock/self.ts';
import { type FakeCluster, type FakeObject, fakeCluster, refused } from '../../support/fake-cluster.ts';

const { signal } = new AbortController();
const START = Date.parse('2026-11-22T12:00:00Z');

const lease = (spec: object): FakeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'difyctl-dify', resourceVersion: '1' },
  spec: { holderIdentity: 'mallory', ...spec },
});

/** Acquires the Lease with a clock that moves only by waits; returns the milliseconds that it took. */
async function acquire(cluster: FakeCluster): Promise<number> {
  let passed = 0;
  const store = leaseStore(kubectl(cluster.runner, []), 'dify', 'dify', () => START);
  const self = await ownRecord(newRunId(), new Date(START));
  const pause = async (ms: number): Promise<void> => {
    passed += ms;
  };
  const lock = await acquireLock({ store, self, clock: () => passed, pause, signal, onWatch: () => undefined });
  await lock.release();
  return passed;
}

describe('a Lease that is not renewed', () => {
  test.each([
    ['of 60 s', { leaseDurationSeconds: 60, renewTime: '2026-11-22T12:00:00.000000Z' }, 60_000],
    [
      'that was renewed in the year 2090',
      { leaseDurationSeconds: 60, renewTime: '2090-01-01T00:00:00.000000Z' },
      60_000,
    ],
    ['that was renewed a year ago', { leaseDurationSeconds: 60, renewTime: '2025-01-01T00:00:00.000000Z' }, 60_000],
    ['that says nothing', {}, 60_000],
    ['of one second', { leaseDurationSeconds: 1 }, 60_000],
    ['of thirty years', { leaseDurationSeconds: 1_000_000_000 }, 300_000],
  ])('%s is taken after it was watched for its time', async (_, spec, expected) => {
    const cluster = fakeCluster();
    cluster.add(lease(spec));
    expect(await acquire(cluster)).toBe(expected);
  });
});

test.each([
  ['has a form that is not known here', { kind: 'Lock', version: 2, owner: { run: 'theirs' } }],
  ['is not JSON', undefined],
])('a Lease whose record %s, as a newer difyctl may write, is not taken before its time', async (_, record) => {
  const cluster = fakeCluster();
  const { metadata, ...rest } = lease({ leaseDurationSeconds: 60 });
  const annotations = { 'difyctl/lock': record === undefined ? 'half {' : JSON.stringify(record) };
  cluster.add({ ...rest, metadata: { ...metadata, annotations } });
  expect(await acquire(cluster)).toBe(60_000);
});

test('a Lease whose record has fields of a newer difyctl names its holder', async () => {
  const cluster = fakeCluster();
  const { metadata, ...rest } = lease({ leaseDurationSeconds: 60 });
  const record = { ...(await ownRecord(newRunId(), new Date(START))), version: 2, holder: 'ops@new', region: 'eu' };
  cluster.add({ ...rest, metadata: { ...metadata, annotations: { 'difyctl/lock': JSON.stringify(record) } } });
  await expect(acquire(cluster)).rejects.toMatchObject({
    exitCode: 9,
    message: expect.stringContaining('locked by ops@new since'),
  });
});

describe('a namespace that does not exist and may not be read', () => {
  test('ends at once, and says who can create it', async () => {
    const cluster = fakeCluster();
    cluster.fault = (call) =>
      call.startsWith('kubectl create')
        ? refused('Error from server (NotFound): namespaces "dify" not found')
        : undefined;
    await expect(acquire(cluster)).rejects.toMatchObject({
      exitCode: 2,
      message: 'namespace dify does not exist, and this user may not read or create it',
      next: ['ask a user with the right to create it: kubectl create namespace dify'],
    });
  });
});

test('a Lease whose first answer was lost is this run’s own', async () => {
  const cluster = fakeCluster();
  const run = cluster.runner.run.bind(cluster.runner);
  let lost = 0;
  const runner: FakeCluster['runner'] = {
    run: async (program, args, options) => {
      const result = await run(program, args, options);
      // As the retrying runner would: the write arrived, its answer did not, and it was sent again.
      if (args[0] === 'create' && lost++ === 0) return run(program, args, options);
      return result;
    },
  };
  expect(await acquire({ ...cluster, runner })).toBe(0);
});
