import { expect, test } from 'vitest';
import type { MakeContext } from '../../../src/backup/make/context.ts';
import { storeAgain, unchangedParts } from '../../../src/backup/make/unchanged.ts';
import type { BackupPart, PartName } from '../../../src/backup/manifest.ts';
import { PARTS } from '../../../src/backup/manifest.ts';
import { copiedPart, manifestOf } from '../../support/backup-manifest.ts';

const SOURCES = ['postgres-main', 'postgres-plugin', 'objects', 'plugin-storage'] as const;

/** The newest set, whose parts were made of the state `before`. */
const EARLIER = manifestOf({
  parts: PARTS.map((name) => ({ ...copiedPart(name), details: { state: 'before' } })),
});

/** Names of the unchanged parts if these sources are as before, and those whose state was asked for. */
async function compared(same: readonly PartName[], parts: readonly BackupPart[] = EARLIER.parts) {
  const asked: PartName[] = [];
  const found = await unchangedParts({ ...EARLIER, parts: [...parts] }, (name) => {
    asked.push(name);
    return Promise.resolve(same.includes(name) ? 'before' : 'now');
  });
  return { found: found.map(({ part }) => part), asked };
}

test('a set is compared by its databases and files', async () => {
  expect((await compared(SOURCES)).found).toEqual(['postgres-main', 'objects', 'postgres-plugin', 'plugin-storage']);
});

test('files are copied, and their list is not awaited, if the database changed whose rows name them', async () => {
  expect(await compared(['postgres-plugin', 'objects', 'plugin-storage'])).toEqual({
    found: ['postgres-plugin', 'plugin-storage'],
    asked: ['postgres-main', 'postgres-plugin', 'plugin-storage'],
  });
});

test('a database is stored again although its files changed', async () => {
  expect((await compared(['postgres-main'])).found).toEqual(['postgres-main']);
});

test.each<[string, Partial<BackupPart>]>([
  ['has no state', { details: {} }],
  ['is restored by its provider', { mechanism: 'managed' }],
  ['has no snapshot', { snapshot: undefined }],
])('a part that %s is copied', async (_, change) => {
  const parts = EARLIER.parts.map((one) => (one.part === 'postgres-main' ? { ...one, ...change } : one));
  expect((await compared(SOURCES, parts)).found).toEqual(['postgres-plugin', 'plugin-storage']);
});

test('an unknown state is equal to nothing', async () => {
  expect(await unchangedParts(EARLIER, () => Promise.resolve(undefined))).toEqual([]);
});

test('a part that is stored again names the set that read it, and no snapshot', async () => {
  const calls: unknown[] = [];
  const restic = { storeAgain: (...args: unknown[]) => Promise.resolve(void calls.push(args.slice(0, 2))) };
  const context = { restic, set: 'dify-3' } as unknown as MakeContext;
  const first = copiedPart('postgres-main');
  const second = { ...copiedPart('objects'), details: { unchangedSince: 'dify-0' } };
  const stored = await storeAgain({ ...EARLIER, set: 'dify-2' }, [first, second], context);
  expect(calls).toEqual([[[first.snapshot, second.snapshot], { remove: ['set=dify-2'], add: ['set=dify-3'] }]]);
  expect([...stored]).toEqual([
    ['postgres-main', expect.objectContaining({ tree: first.tree, details: { unchangedSince: 'dify-2' } })],
    ['objects', expect.objectContaining({ tree: second.tree, details: { unchangedSince: 'dify-0' } })],
  ]);
  expect([...stored.values()].map((part) => 'snapshot' in part || 'seconds' in part)).toEqual([false, false]);
});

test('nothing is stored again if everything changed', async () => {
  const restic = { storeAgain: () => Promise.reject(new Error('called')) };
  expect(await storeAgain(EARLIER, [], { restic, set: 'dify-3' } as unknown as MakeContext)).toEqual(new Map());
});
