import { readFile, stat, writeFile } from 'node:fs/promises';
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
  readonly now?: number;
  readonly store?: LockStore;
}

async function acquire({ record = {}, now = START, store }: Acquiring = {}): Promise<Lock> {
  const self = { ...(await ownRecord(newRunId(), new Date(now))), ...record };
  const lock = await acquireLock({ store: store ?? fileStore(path(), () => now), self, now: () => now, signal });
  held.push(lock);
  return lock;
}

/** Leaves a lock as a run would that is gone without releasing it. */
async function leave(record: Partial<LockRecord>, now = START): Promise<void> {
  const self = await ownRecord(newRunId(), new Date(now));
  await fileStore(path(), () => now).create({ ...self, ...record }, signal);
}

const DEAD = { pid: 2 ** 22 - 3, startTime: '1' };
const ELSEWHERE = { space: 'another machine', holder: 'ops@other' };
const later = (seconds: number) => START + seconds * 1000;

test('a free lock is taken and, once released, is gone', async () => {
  const lock = await acquire();
  expect(lock.takenFrom).toBeUndefined();
  expect((await stat(path())).mode & 0o777).toBe(0o600);
  await lock.release();
  await expect(stat(path())).rejects.toThrow('ENOENT');
});

describe('a lock that is there', () => {
  test('held by a living run: exit 9, saying who and since when', async () => {
    await leave({ holder: 'ops@here' });
    await expect(acquire()).rejects.toMatchObject({
      exitCode: EXIT.locked,
      message: expect.stringMatching(/ops@here is at work here since 2026-11-22T12:00/),
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

  test('held from elsewhere: not before its time is over', async () => {
    await leave({ ...ELSEWHERE, ...DEAD });
    await expect(acquire({ now: later(LOCK_SECONDS - 1) })).rejects.toMatchObject({ exitCode: EXIT.locked });
    expect((await acquire({ now: later(LOCK_SECONDS) })).takenFrom).toMatchObject({ holder: 'ops@other' });
  });

  test('that is damaged: taken over', async () => {
    await leave({});
    await writeFile(path(), '{ half');
    expect((await acquire()).takenFrom).toMatchObject({ holder: 'nobody' });
  });
});

describe('two at once', () => {
  test('only one gets a free lock', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquire()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('only one takes over from the dead', async () => {
    await leave({ ...DEAD, ...ELSEWHERE });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquire({ now: later(LOCK_SECONDS) })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a holder', () => {
  test('notes its children, for whoever takes over', async () => {
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

  test('that lost its lock learns it, and leaves the new one alone', async () => {
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
