import { describe, expect, it } from 'vitest';
import { collectionOf, parseCollections, requireNames } from '../../../src/backup/vectors/collections.ts';
import { scratchCollection, scratchRemoval } from '../../../src/backup/vectors/copies.ts';
import { rebuildHours, rebuildWords } from '../../../src/backup/vectors/estimate.ts';

const NAME = 'Vector_index_0a1b_Node';

describe('the collection of one knowledge base', () => {
  const id = '0a1b0000-2222-4222-8222-222222222222';
  const saved = [
    { name: 'Vector_index_0a1b0000_2222_4222_8222_222222222222_Node', vectors: 3 },
    { name: 'Vector_index_0a1b0000_2222_4222_8222_222222222223_Node', vectors: 4 },
  ];

  it('is found by its id, in any case', () => {
    expect(collectionOf(saved, id)).toEqual([saved[0]]);
    expect(collectionOf(saved, id.toUpperCase())).toEqual([saved[0]]);
  });

  it('is refused if the copy has none', () => {
    const other = id.replace('0a1b', '9999');
    expect(() => collectionOf(saved, other)).toThrow(`the set has no collection of the knowledge base ${other}`);
  });
});

describe('the list of copied collections', () => {
  it('is read as it was written', () => {
    expect(parseCollections(JSON.stringify([{ name: NAME, vectors: 3 }]))).toEqual([{ name: NAME, vectors: 3 }]);
  });

  it.each([
    ['nothing', ''],
    ['no list', '{}'],
    ['a path as a name', JSON.stringify([{ name: '../../etc/passwd', vectors: 3 }])],
    ['a statement as a name', JSON.stringify([{ name: 'a"; DROP TABLE b; --', vectors: 3 }])],
    ['a negative count', JSON.stringify([{ name: NAME, vectors: -1 }])],
  ])('is refused if it is %s', (_, text) => {
    expect(() => parseCollections(text)).toThrow('the part vectors of the set has no valid list of its collections');
  });
});

it.each([['../x'], ['a b'], [''], ['a'.repeat(201)]])('the database may not name the collection %j', (name) => {
  expect(() => requireNames([NAME, name])).toThrow('has a name that Dify does not give');
});

it('only what a drill restored under its name is found and removed', async () => {
  const drill = 'difyctl_drill_00aa00aa_0a1b2c3d';
  const own = scratchCollection(NAME, drill);
  const names = [
    NAME,
    own,
    own.toUpperCase(),
    `${NAME}_difyctl_drill_0a1b`,
    scratchCollection(NAME, 'difyctl_drill_ffffffff_ffffffff'),
  ];
  const removed: string[] = [];
  const { leftScratch, removeScratch } = scratchRemoval(
    async () => names,
    async (name) => void removed.push(name),
  );
  expect(await leftScratch()).toEqual([drill, 'difyctl_drill_ffffffff_ffffffff']);
  await removeScratch(drill);
  expect(removed).toEqual([own, own.toUpperCase()]);
  expect(scratchCollection(NAME, undefined)).toBe(NAME);
});

it.each([
  [0, 0],
  [1, 0.1],
  [45_000, 1],
  [52_000, 1.2],
])('%i segments are embedded again in %d hours', (segments, hours) => {
  expect(rebuildHours(segments)).toBe(hours);
});

it('the cost of a rebuild names the calls, the hours and where the rate comes from', () => {
  expect(rebuildWords({ segments: 52_000 })).toBe(
    '52000 segments, at most 52000 embedding calls, about 1.2 h on a CPU (0.08 s each, measured with nomic-embed-text on OpenShift)',
  );
  expect(rebuildWords({})).toBeUndefined();
});
