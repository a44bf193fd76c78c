import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf } from '../../src/base/digest.ts';

test('a digest does not depend on the order of keys', () => {
  expect(digestOf({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(digestOf({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }));
});

test('a digest depends on everything else', () => {
  expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b));
      return digestOf([a, 'left']) !== digestOf([b, 'right']);
    }),
  );
});
