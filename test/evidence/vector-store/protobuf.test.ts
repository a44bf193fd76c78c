import { expect, test } from 'vitest';
import {
  changedMessage,
  decodeIntegers,
  decodeMessage,
  encodeField,
} from '../../../src/evidence/vector-store/protobuf.ts';

test('fields are read as they were written; the last value of a number counts', () => {
  const inner = encodeField(1, 300);
  const message = decodeMessage(
    Buffer.concat([
      encodeField(1, 5),
      encodeField(2, 'a'),
      encodeField(2, 'b'),
      encodeField(3, inner),
      encodeField(1, 7),
    ]),
  );
  expect(message.number(1)).toBe(7);
  expect(message.text(2)).toBe('b');
  expect(message.texts(2)).toEqual(['a', 'b']);
  expect(message.message(3).number(1)).toBe(300);
  expect([message.number(9), message.text(9), message.message(9).number(1)]).toEqual([0, '', 0]);
});

test('200 kB of one repeated field are read in linear time', { timeout: 10_000 }, () => {
  const message = decodeMessage(Buffer.alloc(200_000, encodeField(3, '')));
  expect(message.texts(3)).toHaveLength(100_000);
});

test('no more than 100,000 fields are kept', () => {
  expect(decodeMessage(Buffer.alloc(400_000, encodeField(3, ''))).texts(3)).toHaveLength(100_000);
});

test.each<[string, number[]]>([
  ['a length beyond its end', [0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1]],
  ['a number without an end', Array(64).fill(0xff)],
  ['a wire type that no longer exists', [0x0b, 1, 2]],
])('a message with %s ends there', (_, bytes) => {
  const message = decodeMessage(Uint8Array.from(bytes));
  expect(message.number(1)).toBe(0);
  expect(message.texts(3).join('').length).toBeLessThan(2);
});

test('an integer above 2^53 stays exact', () => {
  const key = 2n ** 62n + 1n;
  expect(decodeMessage(encodeField(1, key)).integer(1)).toBe(key);
  const packed = Buffer.concat([encodeField(1, key), encodeField(1, 2n ** 64n - 1n)].map((one) => one.subarray(1)));
  expect(decodeIntegers(packed)).toEqual([key, -1n]);
});

test('a message is changed without a loss of fields that nobody reads', () => {
  const double = Buffer.from([(7 << 3) | 1, 1, 2, 3, 4, 5, 6, 7, 8]);
  const float = Buffer.from([(8 << 3) | 5, 1, 2, 3, 4]);
  const parts = [encodeField(1, 5), encodeField(2, 'a'), double, encodeField(3, 'gone'), float, encodeField(2, 'b')];
  const changed = changedMessage(Buffer.concat(parts), [3], (_, value) =>
    value.length === 1 ? Buffer.concat([value, value]) : undefined,
  );
  expect(changed).toEqual(
    Buffer.concat([encodeField(1, 5), encodeField(2, 'aa'), double, float, encodeField(2, 'bb')]),
  );
});
