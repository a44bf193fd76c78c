import { expect, it } from 'vitest';
import { asOf } from '../../../src/operations/preflight/evidence-origin.ts';

it.each([
  ['2026-11-22T12:00:00Z', /of 2026-11-22 \(less than a day ago\)/],
  ['2026-11-20T13:00:00Z', /\(a day ago\)/],
  ['2026-10-22T12:00:00Z', /\(31 days ago\)/],
  ['2027-01-01T00:00:00Z', /\(less than a day ago\)/],
])('evidence of %s', (time, words) => {
  expect(asOf(time, new Date('2026-11-22T12:30:00Z'))).toMatch(words);
});
