import { describe, expect, test } from 'vitest';
import { keptSets } from '../../../src/backup/keep.ts';
import { PARTS } from '../../../src/backup/manifest.ts';
import { setTags } from '../../../src/backup/repository.ts';
import { sha256 } from '../../../src/base/digest.ts';
import { prunePlan } from '../../../src/operations/backup/prune.ts';
import { shareOf } from '../../../src/operations/backup/verify.ts';
import { copiedPart, manifestOf } from '../../support/backup-manifest.ts';

const NOTHING = { last: 0, daily: 0, weekly: 0, monthly: 0 };
const NOW = new Date('2026-11-29T12:00:00Z');

/** Sets of 02:00 on these days. */
function dated(...days: readonly string[]) {
  return days.map((day) => ({ set: day, commonPoint: `${day}T02:00:00.000Z` }));
}

describe('the sets that are kept', () => {
  const sets = dated('2026-09-30', '2026-10-31', '2026-11-22', '2026-11-23', '2026-11-27', '2026-11-28');

  test.each([
    ['no rule keeps the newest', NOTHING, ['2026-11-28']],
    ['the last two', { ...NOTHING, last: 2 }, ['2026-11-28', '2026-11-27']],
    ['the newest of three days', { ...NOTHING, daily: 3 }, ['2026-11-28', '2026-11-27', '2026-11-23']],
    ['the newest of two weeks, which begin on Monday', { ...NOTHING, weekly: 2 }, ['2026-11-28', '2026-11-22']],
    ['the newest of each month', { ...NOTHING, monthly: 9 }, ['2026-11-28', '2026-10-31', '2026-09-30']],
  ])('%s', (_, keep, kept) => {
    expect([...keptSets(sets, keep)]).toEqual(kept);
  });

  test('two sets of one day count once', () => {
    const two = [
      { set: 'early', commonPoint: '2026-11-28T02:00:00.000Z' },
      { set: 'late', commonPoint: '2026-11-28T14:00:00.000Z' },
    ];
    expect([...keptSets(two, { ...NOTHING, daily: 7 })]).toEqual(['late']);
  });
});

/** A set as the repository has it: snapshots named after the set. */
function stored(day: string, faults: readonly string[] = []) {
  const parts = PARTS.map((name) => ({ ...copiedPart(name), snapshot: sha256(`${day} ${name}`) }));
  const manifest = manifestOf({ set: day, commonPoint: `${day}T02:00:00.000Z`, parts });
  return { manifest, snapshot: sha256(`${day} manifest`), faults };
}

function leftover(set: string, time: string) {
  return { id: sha256(set), tree: sha256('tree'), time, tags: setTags('dify', set) };
}

describe('a prune', () => {
  test('removes the snapshots of sets that are not kept, and of runs that ended a day ago without a manifest', () => {
    const plan = prunePlan(
      {
        sets: [stored('2026-11-26'), stored('2026-11-27', ['objects is missing']), stored('2026-11-28')],
        unreadable: [],
        partial: {
          old: [leftover('old', '2026-11-27T02:00:00Z')],
          running: [leftover('running', '2026-11-29T11:00:00Z')],
        },
        unknown: [],
      },
      NOTHING,
      NOW,
    );
    expect(plan).toEqual({
      removed: ['2026-11-26'],
      kept: ['2026-11-28'],
      partial: ['old'],
      damaged: ['2026-11-27'],
      manifests: [sha256('2026-11-26 manifest')],
      snapshots: [...PARTS.map((name) => sha256(`2026-11-26 ${name}`)), sha256('old')],
    });
  });

  test('removes nothing that the manifest of another set names', () => {
    const [old, kept] = [stored('2026-11-27'), stored('2026-11-28')];
    const shared = { ...old, manifest: { ...old.manifest, parts: kept.manifest.parts } };
    expect(
      prunePlan({ sets: [shared, kept], unreadable: [], partial: {}, unknown: [] }, NOTHING, NOW).snapshots,
    ).toEqual([]);
  });

  test('is refused if a manifest cannot be read', () => {
    const unreadable = [{ set: 'dify-9', reason: 'document version 9 is unknown', newer: '7.0.0' }];
    expect(() =>
      prunePlan({ sets: [stored('2026-11-28')], unreadable, partial: {}, unknown: [] }, NOTHING, NOW),
    ).toThrow('the manifest of 1 set cannot be read, so nothing was removed');
  });

  test('is refused if a snapshot cannot be read that may be a manifest', () => {
    const unknown = [sha256('a')];
    const found = { sets: [stored('2026-11-28')], unreadable: [], partial: {}, unknown };
    expect(() => prunePlan(found, NOTHING, NOW)).toThrow(
      `1 snapshot cannot be read (${sha256('a').slice(0, 8)}): a file is damaged or has the contents of another, so nothing was removed`,
    );
  });
});

test('a week of daily verifications reads every share once', () => {
  const days = [22, 23, 24, 25, 26, 27, 28].map((day) => shareOf(new Date(`2026-11-${day}T05:00:00Z`)));
  expect(days.toSorted()).toEqual(['1/7', '2/7', '3/7', '4/7', '5/7', '6/7', '7/7']);
});
