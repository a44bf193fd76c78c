import { describe, expect, it } from 'vitest';
import type { RepositorySets } from '../../../src/backup/repository.ts';
import { chooseSet, setNotAfter } from '../../../src/backup/restore/choose-set.ts';
import { manifestOf } from '../../support/backup-manifest.ts';

const set = (id: string, commonPoint: string) => ({
  manifest: manifestOf({ set: id, commonPoint }),
  snapshot: id,
  faults: [],
});
const SETS: RepositorySets = {
  sets: [set('dify-1', '2026-11-29T01:00:00.000Z'), set('dify-2', '2026-11-29T02:00:00.000Z')],
  unreadable: [],
  partial: {},
  unknown: [],
};

it.each([
  ['after both', 'latest', '2026-11-29T03:00:00Z', 'dify-2'],
  ['at the time of one', 'latest', '2026-11-29T02:00:00Z', 'dify-2'],
  ['between them', 'latest', '2026-11-29T01:30:00Z', 'dify-1'],
  ['with an older set by its id', 'dify-1', '2026-11-29T03:00:00Z', 'dify-1'],
  ['with a set that does not exist', 'dify-9', '2026-11-29T03:00:00Z', 'dify-9'],
])('a time %s', (_, wanted, at, expected) => {
  expect(setNotAfter(SETS, wanted, new Date(at))).toBe(expected);
});

it.each([
  ['latest', 'no complete set is as old as 2026-11-29T00:00:00.000Z: the oldest is of 2026-11-29T01:00:00.000Z'],
  ['dify-2', 'set dify-2 is of 2026-11-29T02:00:00.000Z, after 2026-11-29T00:00:00.000Z'],
])('a time before %s is refused', (wanted, message) => {
  expect(() => setNotAfter(SETS, wanted, new Date('2026-11-29T00:00:00Z'))).toThrow(message);
});

it('a repository without a set is refused', () => {
  expect(() => setNotAfter({ ...SETS, sets: [] }, 'latest', new Date('2026-11-29T00:00:00Z'))).toThrow(
    'there is no set',
  );
});

describe('a snapshot that cannot be read and that no manifest names', () => {
  const found: RepositorySets = { ...SETS, unknown: ['1a2b3c4d'.padEnd(64, '0'), '5e6f7a8b'.padEnd(64, '0')] };
  const unread = '2 snapshots cannot be read (1a2b3c4d, 5e6f7a8b): a file is damaged or has the contents of another';

  it('leaves a set that is named and complete as it is', () => {
    expect(chooseSet(found, 'dify-1').manifest.set).toBe('dify-1');
  });

  it.each([
    ['the newest set', () => chooseSet(found, 'latest'), 'the newest set is unknown'],
    ['a set without a manifest', () => chooseSet(found, 'dify-9'), 'set dify-9 has no manifest that can be read'],
    ['the newest set of a moment', () => setNotAfter(found, 'latest', new Date()), 'the newest set is unknown'],
  ])('refuses %s', (_, choose, effect) => {
    expect(choose).toThrow(expect.objectContaining({ message: `${effect}: ${unread}`, exitCode: 6 }));
  });
});
