import { expect, test } from 'vitest';
import { boundedJson } from '../../src/base/bounded-json.ts';

test.each(['{"a":[1,"[[[,,,\\"{"],"b":null}', '"\\\\"', ' 7 ', '[]', '['.repeat(200) + ']'.repeat(200)])(
  '%s is read as JSON.parse reads it',
  (text) => {
    expect(boundedJson(text)).toEqual(JSON.parse(text));
  },
);

test.each<[string, string]>([
  ['['.repeat(201) + ']'.repeat(201), 'JSON with more than 200 levels'],
  [`[${'0,'.repeat(500_000)}0]`, 'JSON with more than 500000 values'],
  [`[${'[],'.repeat(300_000)}0]`, 'JSON with more than 500000 values'],
])('a document beyond the limits is refused', (text, message) => {
  expect(() => boundedJson(text)).toThrow(new SyntaxError(message));
});

test.each(['', '{', '"a', '"a\\', 'no JSON'])('%j is not JSON', (text) => {
  expect(() => boundedJson(text)).toThrow(SyntaxError);
});
