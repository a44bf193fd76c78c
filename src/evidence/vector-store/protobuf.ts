/** The part of protobuf's wire format that the probes need: fields of text, bytes, messages and integers. */

/** Encodes one field of a message: an integer, text, bytes or an encoded message. Default values are encoded too. */
export function encodeField(number: number, value: number | string | Uint8Array): Buffer {
  if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

export interface Message {
  /** The last integer of a field; 0 if absent, as in proto3. */
  number(field: number): number;
  /** The last text of a field; empty if absent. */
  text(field: number): string;
  /** All texts of a repeated field. */
  texts(field: number): readonly string[];
  /** The last message of a field; an empty one if absent. */
  message(field: number): Message;
}

/** Fields of one message: far more than any answer has, few enough for the memory. */
const FIELD_LIMIT = 100_000;
/** Bytes of the longest integer. */
const VARINT_LIMIT = 10;

/** Decodes a message. Stops at truncated data, after 100,000 fields, or at a deprecated wire type; never throws. */
export function decodeMessage(data: Uint8Array): Message {
  const numbers = new Map<number, number>();
  const chunks = new Map<number, Uint8Array[]>();
  const reader = new Reader(data);
  for (let count = 0; !reader.isOver && count < FIELD_LIMIT; count += 1) {
    const tag = reader.number();
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) numbers.set(field, reader.number());
    else if (type === 1) reader.bytes(8);
    else if (type === 5) reader.bytes(4);
    else if (type === 2) {
      const known = chunks.get(field);
      const bytes = reader.bytes(reader.number());
      if (known === undefined) chunks.set(field, [bytes]);
      else known.push(bytes);
    } else break;
  }
  const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? '' : Buffer.from(bytes).toString('utf8'));
  return {
    number: (field) => numbers.get(field) ?? 0,
    text: (field) => text(chunks.get(field)?.at(-1)),
    texts: (field) => (chunks.get(field) ?? []).map(text),
    message: (field) => decodeMessage(chunks.get(field)?.at(-1) ?? new Uint8Array()),
  };
}

/** Reads the bytes once, in order; after their end every integer is 0 and every piece is empty. */
class Reader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get isOver(): boolean {
    return this.#at >= this.#data.length;
  }

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

  bytes(length: number): Uint8Array {
    const from = this.#at;
    this.#at = Math.min(this.#data.length, from + length);
    return this.#data.subarray(from, this.#at);
  }
}
