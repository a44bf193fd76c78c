import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/base/exit-codes.ts';
import { fileStore } from '../../../src/state/lock/file.ts';
import { acquireLock, type Lock } from '../../../src/state/lock/lock.ts';
import { LOCK_SECONDS, type LockRecord } from '../../../src/state/lock/record.ts';
import { newRunId, ownRecord } from '../../../src/state/lock/self.ts';
import type { LockStore } from '../../../src/state/lock/store.ts';
import { temporaryFolder } from '../../support/folders.ts';

const folder = temporaryFolder();
const path = () => join(folder.path, 'state', 'lock.json');
const { signal } = new AbortController();
const START = Date.parse('2026-11-22T12:00:00Z');

const held: Lock[] = [];
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
});

interface Acquiring {
  readonly record?: Partial<LockRecord>;
  readonly store?: LockStore;
  /** What others do while this run waits; given the milliseconds since it began. */
  readonly meanwhile?: (ms: number) => Promise<void>;
  readonly onWatch?: (text: string) => void;
}

/** Acquires with its own clock, which moves only by waits. */
async function acquire({ record = {}, store, meanwhile, onWatch = () => undefined }: Acquiring = {}): Promise<Lock> {
  const self = { ...(await ownRecord(newRunId(), new Date(START))), ...record };
  let passed = 0;
  const pause = async (ms: number): Promise<void> => {
    passed += ms;
    await meanwhile?.(passed);
  };
  const own = store ?? fileStore(path(), () => START);
  const lock = await acquireLock({ store: own, self, clock: () => passed, pause, signal, onWatch });
  held.push(lock);
  waited = passed;
  return lock;
}
let waited = 0;

/** Leaves a lock as a run would that is gone without releasing it; `now` is its own machine's clock. */
async function leave(record: Partial<LockRecord>, now = START): Promise<void> {
  const self = await ownRecord(newRunId(), new Date(now));
  await fileStore(path(), () => now).create({ ...self, ...record }, signal);
}

const DEAD = { pid: 2 ** 22 - 3, startTime: '1' };
const ELSEWHERE = { space: 'another machine', holder: 'ops@other' };

test('a free lock is taken and, once released, is deleted', async () => {
  const lock = await acquire();
  expect(lock.takenFrom).toBeUndefined();
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  await lock.release();
  await expect(stat(path())).rejects.toThrow('ENOENT');
});

describe('an existing lock', () => {
  test('held by a living run: exit 9, with its owner and time', async () => {
    await leave({ holder: 'ops@here' });
    await expect(acquire()).rejects.toMatchObject({
      exitCode: EXIT.locked,
      message: expect.stringMatching(/locked by ops@here since 2026-11-22T12:00/),
    });
  });

  test('held by a run that died on this boot: taken over at once', async () => {
    await leave({ ...DEAD, run: 'the-dead-one' });
    expect((await acquire()).takenFrom).toMatchObject({ run: 'the-dead-one' });
  });

  test('whose process number now belongs to another process: taken over at once', async () => {
    await leave({ startTime: '1', run: 'the-dead-one' });
    expect((await acquire()).takenFrom).toMatchObject({ run: 'the-dead-one' });
  });

  test.each([
    ['that is right', START],
    ['that is 90 s ahead', START + 90_000],
    ['that is a year ahead', START + 365 * 86_400_000],
    ['that is a year behind', START - 365 * 86_400_000],
  ])('held by another machine with a clock %s: taken over once it is unchanged for its time', async (_, clock) => {
    await leave({ ...ELSEWHERE, ...DEAD }, clock);
    const said: string[] = [];
    expect((await acquire({ onWatch: (text) => said.push(text) })).takenFrom).toMatchObject({ holder: 'ops@other' });
    expect(waited).toBe(LOCK_SECONDS * 1000);
    expect(said).toEqual([
      'ops@other holds the lock from another machine: waiting up to 60 s to see whether it is renewed',
    ]);
  });

  test.each([
    ['that is right', 0],
    ['that is 90 s behind', -90_000],
    ['that is an hour behind', -3_600_000],
  ])('held and renewed by another machine with a clock %s: exit 9', async (_, skew) => {
    await leave({ ...ELSEWHERE, ...DEAD }, START + skew);
    const renewing = async (ms: number): Promise<void> => {
      if (ms < 20_000) return;
      const theirs = fileStore(path(), () => START + skew + ms);
      const now = await theirs.read(signal);
      if (now !== undefined) await theirs.replace(now.record, now.version, signal);
    };
    await expect(acquire({ meanwhile: renewing })).rejects.toMatchObject({
      exitCode: EXIT.locked,
      message: expect.stringContaining('locked by ops@other since'),
    });
  });

  test('held by another machine and released while it is watched: taken then', async () => {
    await leave({ ...ELSEWHERE, ...DEAD });
    const lock = await acquire({ meanwhile: () => rm(path(), { force: true }) });
    expect(lock.takenFrom).toBeUndefined();
    expect(waited).toBeLessThan(10_000);
  });

  test('of an unknown format, as a newer difyctl may write: not taken before its time', async () => {
    await leave({});
    await writeFile(path(), '{"kind":"Lock","version":2}');
    await acquire();
    expect(waited).toBe(LOCK_SECONDS * 1000);
  });

  test('that appears and disappears at every read ends in an error, not in a loop', async () => {
    const never: LockStore = {
      create: async () => undefined,
      read: async () => undefined,
      replace: async () => undefined,
      remove: async () => undefined,
    };
    await expect(acquire({ store: never })).rejects.toMatchObject({ exitCode: EXIT.external });
  });

  test('that is damaged: taken over', async () => {
    await leave({});
    await writeFile(path(), '{ half');
    expect((await acquire()).takenFrom).toMatchObject({ holder: 'unknown holder (damaged lock file)' });
  });
});

describe('two runs at the same time', () => {
  test('only one gets a free lock', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquire()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('only one takes over from the dead', async () => {
    await leave({ ...DEAD, ...ELSEWHERE });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquire()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a holder', () => {
  test('records its children for the run that takes over', async () => {
    const lock = await acquire();
    lock.noteChild('helm', process.pid);
    await lock.release();
    const seen: LockRecord[] = [];
    const inner = fileStore(path(), () => START);
    const watched: LockStore = {
      ...inner,
      replace: (record, version, given) => {
        seen.push(record);
        return inner.replace(record, version, given);
      },
    };
    const second = await acquire({ store: watched });
    second.noteChild('helm', process.pid);
    await second.release();
    expect(seen.at(-1)?.children).toMatchObject([{ program: 'helm', pid: process.pid }]);
  });

  test('that lost its lock reports the loss, and does not delete the new lock', async () => {
    const lock = await acquire();
    await writeFile(
      path(),
      JSON.stringify({ record: { ...(await ownRecord('other', new Date(START))) }, renewedAt: START }),
    );
    lock.noteChild('helm', process.pid);
    await lock.release();
    expect(lock.lost.aborted).toBe(true);
    expect(JSON.parse(await readFile(path(), 'utf8'))).toMatchObject({ record: { run: 'other' } });
  });
});
