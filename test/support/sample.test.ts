import { expect, test } from 'vitest';
import { choose } from './sample.ts';

const ITEMS = Array.from({ length: 20 }, (_, index) => index);

test('a seed always chooses the same items, in order, and another seed chooses others', () => {
  const first = choose(ITEMS, 5, 'a');
  expect(choose(ITEMS, 5, 'a')).toEqual(first);
  expect(first).toHaveLength(5);
  expect([...first].sort((a, b) => a - b)).toEqual(first);
  expect(choose(ITEMS, 5, 'b')).not.toEqual(first);
});

test('in a hundred commits every item is chosen', () => {
  const seen = new Set(Array.from({ length: 100 }, (_, seed) => choose(ITEMS, 5, String(seed))).flat());
  expect(seen.size).toBe(ITEMS.length);
});
