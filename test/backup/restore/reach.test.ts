import { expect, it } from 'vitest';
import { reachOf } from '../../../src/backup/restore/reach.ts';
import { copiedPart, manifestOf } from '../../support/backup-manifest.ts';

const COPIED = manifestOf({ commonPoint: '2026-11-29T02:00:00.000Z' });
const REFERENCED = {
  ...COPIED,
  parts: COPIED.parts.map((one) =>
    one.part === 'objects' ? { ...copiedPart('objects'), mechanism: 'referenced' as const } : one,
  ),
};
const AT = '2026-11-29T02:10:00.000Z';
const SET = '2026-11-29T02:00:00.000Z';

it.each([
  ['a set alone', COPIED, '15m', false, [SET, SET, 600, true]],
  ['a set that is too old', COPIED, '5m', false, [SET, SET, 600, false]],
  ['versions of a bucket', REFERENCED, '15m', false, [SET, AT, 600, true]],
  ['an archive, and files of the set', COPIED, '15m', true, [AT, SET, 600, true]],
  ['an archive and versions', REFERENCED, '15m', true, [AT, AT, 0, true]],
  ['no RPO', COPIED, undefined, false, [SET, SET, 600, undefined]],
])('with %s', (_, manifest, rpo, isArchived, expected) => {
  const { databases, files, lostSeconds, isWithinRpo } = reachOf(manifest, new Date(AT), rpo, isArchived);
  expect([databases, files, lostSeconds, isWithinRpo]).toEqual(expected);
});

it('says as of when the vectors are, if the set has a copy', () => {
  const at = new Date(AT);
  expect(reachOf(COPIED, at, '15m', true)).toMatchObject({ databases: AT, vectors: SET });
  const rebuilt = COPIED.parts.map((one) => (one.part === 'vectors' ? { ...one, mechanism: 'rebuild' as const } : one));
  expect(reachOf({ ...COPIED, parts: rebuilt }, at, '15m', true)).toMatchObject({ vectors: undefined });
});
