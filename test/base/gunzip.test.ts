import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gunzipBounded } from '../../src/base/gunzip.ts';

const MIB = 2 ** 20;

test('unpacks data up to and including the limit', () => {
  const content = Buffer.alloc(MIB, 'x');
  expect(gunzipBounded(gzipSync(content), MIB).equals(content)).toBe(true);
  expect(gunzipBounded(gzipSync(''), 1)).toEqual(Buffer.alloc(0));
});

const bomb = gzipSync(Buffer.alloc(64 * MIB));

test.each<[string, Uint8Array, number, string]>([
  ['data one byte above the limit', gzipSync(Buffer.alloc(MIB + 1)), MIB, 'unpacks to more than 1 MiB'],
  ['data that unpacks to a thousand times its size', bomb, 4 * MIB, 'unpacks to more than 4 MiB'],
  [
    'several packed parts that exceed the limit together',
    Buffer.concat([bomb, bomb]),
    65 * MIB,
    'unpacks to more than 65 MiB',
  ],
  ['data that is cut off', gzipSync('some text').subarray(0, 15), MIB, 'is cut off'],
  ['no bytes', Buffer.alloc(0), MIB, 'is cut off'],
  ['text', Buffer.from('not packed at all'), MIB, 'is not gzip data'],
  ['a broken checksum', gzipSync('some text').fill(0, 20), MIB, 'is not gzip data'],
])('%s is refused', (_, bytes, limit, message) => {
  expect(() => gunzipBounded(bytes, limit)).toThrow(new Error(message));
});

test('a gzip bomb is refused before it fills the memory', () => {
  const before = process.memoryUsage().arrayBuffers;
  expect(() => gunzipBounded(bomb, 4 * MIB)).toThrow();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
});
