import { expect, test } from 'vitest';
import { counted, firstOf } from '../../src/base/words.ts';

test.each<[number, string, string | undefined, string]>([
  [0, 'warning', undefined, '0 warnings'],
  [1, 'warning', undefined, '1 warning'],
  [2, 'warning', undefined, '2 warnings'],
  [1, 'check needs', 'checks need', '1 check needs'],
  [2, 'check needs', 'checks need', '2 checks need'],
])('%i %s', (count, noun, plural, text) => {
  expect(counted(count, noun, plural)).toBe(text);
});

test('a long list names its first entries and the number of the others', () => {
  expect(firstOf(['a', 'b'], 2)).toBe('a, b');
  expect(firstOf(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
});
