import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ListStream } from '../../src/exec/list-stream.ts';

/** Items and frame of a text that arrives in pieces of these sizes. */
function read(text: string, size: number) {
  const items: unknown[] = [];
  const stream = new ListStream((item) => items.push(item));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
  return { items, frame: stream.end() };
}

describe('a list that arrives in pieces', () => {
  it('gives the same items and the same envelope in any pieces', () => {
    const text = fc.string({ unit: fc.constantFrom('"', '\\', '{', ']', ',', 'ü', 'a'), maxLength: 6 });
    const value = fc.oneof(text, fc.integer(), fc.constantFrom(null, [{ a: [] }], {}));
    const item = fc.dictionary(text, value, { maxKeys: 3 });
    const list = fc.record({ kind: text, metadata: item, items: fc.array(item, { maxLength: 5 }) });
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 1), (value, size, indent) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        const { items, frame } = read(JSON.stringify(value, undefined, indent), size);
        expect({ ...(frame as object), items }).toEqual({ ...(plain as object) });
      }),
    );
  });

  it('is read in linear time, also if an object of 1 MiB comes byte by byte', { timeout: 20_000 }, () => {
    const large = { data: 'x'.repeat(1 << 20) };
    expect(read(JSON.stringify({ kind: 'List', items: [large] }), 1)).toEqual({
      items: [large],
      frame: { kind: 'List', items: [] },
    });
  });

  it('is read in linear time, also if it contains 100,000 objects and no list', { timeout: 20_000 }, () => {
    expect(read(`{${'"a":{},'.repeat(100_000)}"items":[]}`, 65_536).frame).toEqual({ a: {}, items: [] });
  });

  it('is refused if one object exceeds the limit', () => {
    expect(() => read(`{"items":[{"data":"${'x'.repeat(9 << 20)}"}]}`, 65_536)).toThrow(
      'the API server answers with an object larger than 8 MiB',
    );
  });

  it.each([
    ['no items', '{"kind":"List","items":[]}', [], { kind: 'List', items: [] }],
    ['null for none', '{"items":null}', [], { items: null }],
    [
      'what follows the items',
      '{"items":[{"a":1}],"metadata":{"continue":"x"}}',
      [{ a: 1 }],
      { items: [], metadata: { continue: 'x' } },
    ],
    [
      'items within items and within metadata',
      '{"metadata":{"items":[{}]},"items":[{"items":[{"b":2}]}]}',
      [{ items: [{ b: 2 }] }],
      { metadata: { items: [{}] }, items: [] },
    ],
    ['braces and quotes in text', '{"items":[{"a":"}]\\\\\\"{"}]}', [{ a: '}]\\"{' }], { items: [] }],
  ])('%s', (_, text, items, frame) => {
    for (const size of [1, 7, 1000]) expect(read(text, size)).toEqual({ items, frame });
  });

  it.each(['', '{"items":[{"a":1}', 'Error from server', '{"items":[{a}]}'])('%j is not a list', (text) => {
    expect(() => read(text, 3)).toThrow(SyntaxError);
  });
});
