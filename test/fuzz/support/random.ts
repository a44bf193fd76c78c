/** Numbers that follow from a seed (mulberry32), and choices by them. */
export interface Random {
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Buffer;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number) => next() % Math.max(1, end);
  return {
    below,
    pick: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

/** Bytes of one sample; repeating a piece stops here. */
const LONGEST = 512 * 1024;
/** Characters that give texts and messages their structure. */
const SIGNS = [...'\0\r\n\t "\'\\<>/{}[](),:;=&%$*+-_#@!0123456789', '*9999999999\r\n', '-1', '1e999', '�', '﻿'];

type Change = (bytes: Buffer, random: Random) => Buffer;

const CHANGES: readonly Change[] = [
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => spliced(bytes, random.below(bytes.length + 1), 1, random.bytes(1)),
  (bytes, random) => spliced(bytes, random.below(bytes.length + 1), 0, random.bytes(1 + random.below(16))),
  (bytes, random) => spliced(bytes, random.below(bytes.length + 1), random.below(16), Buffer.alloc(0)),
  (bytes, random) => spliced(bytes, random.below(bytes.length + 1), random.below(3), Buffer.from(random.pick(SIGNS))),
  (bytes, random) =>
    spliced(bytes, random.below(bytes.length + 1), 4, Buffer.alloc(4, random.pick([0, 0x7f, 0x80, 0xff]))),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    const piece = bytes.subarray(from, from + 1 + random.below(24));
    const times = Math.floor(random.pick([2, 100, 10_000, LONGEST]) / Math.max(1, piece.length));
    return spliced(bytes, from, 0, Buffer.concat(Array<Buffer>(Math.max(1, times)).fill(piece)));
  },
];

/** The bytes after a few changes. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let changed = bytes;
  for (let left = 1 + random.below(4); left > 0; left -= 1) changed = random.pick(CHANGES)(changed, random);
  return changed.subarray(0, LONGEST);
}

function spliced(bytes: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}
