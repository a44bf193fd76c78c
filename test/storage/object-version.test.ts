import { expect, it } from 'vitest';
import { type HistoryEntry, isSameContent, versionsAt } from '../../src/storage/object-version.ts';

const time = (minute: number): string => `2026-11-29T02:${String(minute).padStart(2, '0')}:00.000Z`;

function entry(key: string, minute: number, version?: string): HistoryEntry {
  const head = { key, at: time(minute), version: version ?? `mark${minute}`, isLatest: false };
  return version === undefined ? head : { ...head, object: { bytes: minute, etag: version } };
}

/** Newest first for each key, as a storage lists them. */
const HISTORY: readonly HistoryEntry[] = [
  entry('changed', 30, 'c2'),
  entry('changed', 10, 'c1'),
  entry('deleted', 20),
  entry('deleted', 5, 'd1'),
  entry('later', 40, 'l1'),
  entry('back', 25, 'b2'),
  entry('back', 15),
  entry('back', 5, 'b1'),
];

it.each<[string, { until?: Date; since?: Date }, readonly string[]]>([
  ['now', {}, ['back b2', 'changed c2', 'later l1']],
  ['at a time', { until: new Date(time(12)) }, ['back b1', 'changed c1', 'deleted d1']],
  ['at the time of a change', { until: new Date(time(20)) }, ['changed c1']],
  [
    'now, with what was deleted since',
    { since: new Date(time(19)) },
    ['back b2', 'changed c2', 'deleted d1', 'later l1'],
  ],
  [
    'at a time, with what was deleted since an earlier one',
    { until: new Date(time(22)), since: new Date(time(12)) },
    ['back b1', 'changed c1', 'deleted d1'],
  ],
  ['before everything', { until: new Date(time(1)) }, []],
])('the versions %s', (_, moment, expected) => {
  expect(versionsAt(HISTORY, moment).map(({ key, version }) => `${key} ${version}`)).toEqual(expected);
});

it.each([
  ['the same size and etag', { bytes: 1, etag: 'a' }, { bytes: 1, etag: 'a' }, true],
  ['another etag', { bytes: 1, etag: 'a' }, { bytes: 1, etag: 'b' }, false],
  ['another size', { bytes: 1, etag: 'a' }, { bytes: 2, etag: 'a' }, false],
  ['a copy in one part of an object in two', { bytes: 1, etag: 'a-2' }, { bytes: 1, etag: 'b' }, true],
  ['two objects in parts', { bytes: 1, etag: 'a-2' }, { bytes: 1, etag: 'b-2' }, false],
])('%s: the same contents or not', (_, one, other, expected) => {
  expect(isSameContent(one, other)).toBe(expected);
});
