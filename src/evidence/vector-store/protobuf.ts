/**
 * The part of protobuf's wire format that difyctl needs: fields of text, bytes, messages and integers. What it does not
 * read stays bytes, so that fields of newer servers survive a copy.
 */

/**
 * Encodes one field of a message: an integer from 0, text, bytes or an encoded message. Default values are encoded too.
 */
export function encodeField(number: number, value: number | bigint | string | Uint8Array): Buffer {
  if (typeof value === 'number' || typeof value === 'bigint')
    return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Buffer.from([...bytes, Number(rest)]);
}

export interface Message {
  /** The last integer of a field; 0 if absent, as in proto3. */
  number(field: number): number;
  /** The last integer of a field without a sign, exact above 2^53; 0 if absent. */
  integer(field: number): bigint;
  /** The last text of a field; empty if absent. */
  text(field: number): string;
  /** All texts of a repeated field. */
  texts(field: number): readonly string[];
  /** The last message of a field; an empty one if absent. */
  message(field: number): Message;
  /** All values of a repeated field of messages or bytes, still encoded. */
  pieces(field: number): readonly Uint8Array[];
}

/** Fields of one message: far more than any answer has, few enough for the memory. */
const FIELD_LIMIT = 100_000;
/** Bytes of the longest integer. */
const VARINT_LIMIT = 10;

/** Decodes a message. Stops at truncated data, after 100,000 fields, or at a deprecated wire type; never throws. */
export function decodeMessage(data: Uint8Array): Message {
  const numbers = new Map<number, bigint>();
  const chunks = new Map<number, Uint8Array[]>();
  for (const { number, value } of fieldsOf(data)) {
    if (typeof value === 'bigint') numbers.set(number, value);
    else if (value !== undefined) {
      const known = chunks.get(number);
      if (known === undefined) chunks.set(number, [value]);
      else known.push(value);
    }
  }
  const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? '' : Buffer.from(bytes).toString('utf8'));
  return {
    number: (field) => Number(numbers.get(field) ?? 0n),
    integer: (field) => numbers.get(field) ?? 0n,
    text: (field) => text(chunks.get(field)?.at(-1)),
    texts: (field) => (chunks.get(field) ?? []).map(text),
    message: (field) => decodeMessage(chunks.get(field)?.at(-1) ?? new Uint8Array()),
    pieces: (field) => chunks.get(field) ?? [],
  };
}

/**
 * Returns a message with some fields changed: `change` gets each field with a length, and returns its new value or
 * undefined. `dropped`: fields that are left out. All others stay as they are.
 */
export function changedMessage(
  data: Uint8Array,
  dropped: readonly number[],
  change: (number: number, value: Uint8Array) => Uint8Array | undefined = () => undefined,
): Buffer {
  const kept: Uint8Array[] = [];
  for (const { number, value, encoded } of fieldsOf(data)) {
    if (dropped.includes(number)) continue;
    const changed = value instanceof Uint8Array ? change(number, value) : undefined;
    kept.push(changed === undefined ? encoded : encodeField(number, changed));
  }
  return Buffer.concat(kept);
}

/** Decodes a packed repeated field of int64. */
export function decodeIntegers(data: Uint8Array): readonly bigint[] {
  const reader = new Reader(data);
  const integers: bigint[] = [];
  while (!reader.isOver && integers.length < FIELD_LIMIT) integers.push(BigInt.asIntN(64, reader.integer()));
  return integers;
}

interface Field {
  readonly number: number;
  /** Undefined for a number of fixed length. */
  readonly value: bigint | Uint8Array | undefined;
  /** The whole field with its number. */
  readonly encoded: Uint8Array;
}

function* fieldsOf(data: Uint8Array): Generator<Field> {
  const reader = new Reader(data);
  for (let count = 0; !reader.isOver && count < FIELD_LIMIT; count += 1) {
    const from = reader.at;
    const tag = reader.number();
    const type = tag % 8;
    let value: Field['value'];
    if (type === 0) value = reader.integer();
    else if (type === 1) reader.bytes(8);
    else if (type === 5) reader.bytes(4);
    else if (type === 2) value = reader.bytes(reader.number());
    else return;
    yield { number: Math.floor(tag / 8), value, encoded: data.subarray(from, reader.at) };
  }
}

/** Reads the bytes once, in order; after their end every integer is 0 and every piece is empty. */
class Reader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get at(): number {
    return this.#at;
  }

  get isOver(): boolean {
    return this.#at >= this.#data.length;
  }

  /** An integer below 2^53, such as a length, which is faster. */
  number(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < VARINT_LIMIT && !this.isOver; count += 1) {
      const byte = this.#data[this.#at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
    }
    return value;
  }

  integer(): bigint {
    let value = 0n;
    for (let count = 0; count < VARINT_LIMIT && !this.isOver; count += 1) {
      const byte = this.#data[this.#at++] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) break;
    }
    return BigInt.asUintN(64, value);
  }

  bytes(length: number): Uint8Array {
    const from = this.#at;
    this.#at = Math.min(this.#data.length, from + length);
    return this.#data.subarray(from, this.#at);
  }
}
