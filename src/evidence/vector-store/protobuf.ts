/** The little of protobuf's wire format that the probes need: fields of text, bytes, messages and whole numbers. */

/** One field of a message: a whole number, or text or bytes (also a message). Nothing of proto3's defaults is left out. */
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
  /** The last whole number of a field; 0 where it is absent, as proto3 has it. */
  number(field: number): number;
  /** The last text of a field; empty where it is absent. */
  text(field: number): string;
  /** Every text of a repeated field. */
  texts(field: number): readonly string[];
  /** The last message of a field; an empty one where it is absent. */
  message(field: number): Message;
}

/** Reads a message. What is cut off or of a wire type that no longer exists ends it. */
export function decodeMessage(data: Uint8Array): Message {
  const numbers = new Map<number, number>();
  const chunks = new Map<number, Uint8Array[]>();
  let offset = 0;
  const next = (): number => {
    let value = 0;
    let factor = 1;
    while (offset < data.length) {
      const byte = data[offset++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
    }
    return value;
  };
  while (offset < data.length) {
    const tag = next();
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) numbers.set(field, next());
    else if (type === 1) offset += 8;
    else if (type === 5) offset += 4;
    else if (type === 2) {
      const length = next();
      chunks.set(field, [...(chunks.get(field) ?? []), data.subarray(offset, offset + length)]);
      offset += length;
    } else break;
  }
  const texts = (field: number) => (chunks.get(field) ?? []).map((bytes) => Buffer.from(bytes).toString('utf8'));
  return {
    number: (field) => numbers.get(field) ?? 0,
    text: (field) => texts(field).at(-1) ?? '',
    texts,
    message: (field) => decodeMessage(chunks.get(field)?.at(-1) ?? new Uint8Array()),
  };
}
