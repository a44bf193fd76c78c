import { describe, expect, it } from 'vitest';
import { probeBucket } from '../../../src/evidence/object-storage/probe.ts';
import type { Driver } from '../../../src/storage/driver.ts';
import type { Failure, FailureKind } from '../../../src/storage/facts.ts';
import { StorageError } from '../../../src/storage/signed-client.ts';

function refused(kind: FailureKind): () => Promise<never> {
  const failure: Failure = { kind, stage: 'use', host: 'h', code: kind, text: kind };
  return () => Promise.reject(new StorageError(failure));
}

/** A bucket that works, with what differs, and what was asked of it in order. */
function bucket(over: Partial<Driver> = {}): {
  readonly driver: Driver;
  readonly calls: string[];
  readonly keys: Set<string>;
} {
  const calls: string[] = [];
  const keys = new Set<string>();
  const objects = new Map<string, Uint8Array>();
  const works: Driver = {
    address: 'https://h/b',
    list: async () => [...objects.keys()],
    put: async (key, body) => {
      keys.add(key);
      objects.set(key, body);
      return { version: undefined };
    },
    get: async (key) => objects.get(key) ?? new Uint8Array(),
    remove: async () => ({ mark: undefined }),
    purge: async () => undefined,
    anonymous: async () => ({ read: false, list: false }),
    settings: async () => ({
      versioning: { seen: 'off' },
      replication: { seen: 'none' },
      encryption: { seen: 'none' },
      lifecycle: { seen: [] },
      opened: { seen: [] },
    }),
    ...over,
  };
  const noted = <A extends unknown[], R>(name: string, member: (...args: A) => R) => {
    return (...args: A): R => {
      calls.push([name, ...args.slice(1).filter((arg) => typeof arg === 'string')].join(' '));
      return member(...args);
    };
  };
  const driver: Driver = {
    ...works,
    list: noted('list', works.list),
    put: noted('put', works.put),
    remove: noted('remove', works.remove),
    purge: noted('purge', works.purge),
  };
  return { driver, calls, keys };
}

describe('the probe object', () => {
  it('is written, read, listed and deleted, and no object is left', async () => {
    const { driver, keys } = bucket();
    const cleaner = bucket();
    const probed = await probeBucket(driver, cleaner.driver, 1);
    expect(probed).toMatchObject({
      objects: { put: 'ok', get: 'ok', list: 'ok', remove: 'ok', altered: false, versioned: false },
    });
    expect([...keys]).toEqual([expect.stringMatching(/^difyctl-probe-[0-9a-f]{16}$/)]);
    expect(cleaner.calls).toEqual([]);
  });

  it.each<readonly [what: string, over: Partial<Driver>, cleaned: readonly string[]]>([
    ['its put was not answered', { put: refused('fault') }, ['remove']],
    ['it was put and the settings threw', { settings: () => Promise.reject(new Error('a bug')) }, ['remove']],
    ['deleting was refused', { remove: refused('denied') }, ['remove']],
    [
      'versions were made',
      { put: async () => ({ version: 'v1' }), remove: async () => ({ mark: 'm1' }) },
      ['purge v1', 'purge m1'],
    ],
    ['old versions are told apart', { oldVersions: async () => ['7'] }, ['purge 7']],
  ])('is deleted if %s', async (_, over, cleaned) => {
    const cleaner = bucket();
    await probeBucket(bucket(over).driver, cleaner.driver, 1).catch(() => undefined);
    expect(cleaner.calls).toEqual(cleaned);
  });

  it('is named if it stays, and is not written if the storage refuses the login', async () => {
    const kept = await probeBucket(
      bucket({ remove: refused('locked') }).driver,
      bucket({ remove: refused('locked') }).driver,
      1,
    );
    expect(kept).toMatchObject({
      objects: { remove: { kind: 'locked' }, kept: expect.stringMatching(/^difyctl-probe-/) },
    });
    const shut = bucket({ list: refused('login') });
    expect(await probeBucket(shut.driver, shut.driver, 1)).toMatchObject({ stopped: { kind: 'login' } });
    expect(shut.calls).toEqual(['list']);
  });

  it('reports changed bytes, and that reading cannot be tested without an object or a list', async () => {
    expect(
      await probeBucket(bucket({ get: async () => Buffer.from('other') }).driver, bucket().driver, 1),
    ).toMatchObject({
      objects: { altered: true },
    });
    const blind = bucket({ list: refused('denied'), put: refused('denied'), get: refused('denied') });
    expect(await probeBucket(blind.driver, bucket().driver, 1)).toMatchObject({ objects: { get: undefined } });
  });
});
