import { expect, it } from 'vitest';
import { unarchived } from '../../../src/evidence/postgres/archiving.ts';

const MIB = 2 ** 20;
const SEGMENT = 16 * MIB;

it.each<[string, string | undefined, number | undefined, object]>([
  ['nothing archived yet', undefined, 5 * SEGMENT, {}],
  ['all of it', '000000010000000000000004', 5 * SEGMENT, { waitingSegments: 0, openBytes: 0 }],
  ['an open segment', '000000010000000000000004', 5 * SEGMENT + 100, { waitingSegments: 0, openBytes: 100 }],
  ['two that wait', '000000010000000000000004', 7 * SEGMENT + 7, { waitingSegments: 2, openBytes: 7 }],
  ['the next 4 GiB', '0000000200000001000000FF', 2 ** 33, { waitingSegments: 0, openBytes: 0 }],
  [
    'the label of a backup',
    '000000010000000000000004.00000028.backup',
    6 * SEGMENT,
    { waitingSegments: 1, openBytes: 0 },
  ],
  ['a history', '00000002.history', 6 * SEGMENT, {}],
  ['a position that is not shown', '000000010000000000000004', undefined, {}],
])('%s', (_name, wal, written, expected) => {
  expect(unarchived(wal, written, SEGMENT)).toEqual(expected);
});
