import type { MilvusCalls } from '../../../../src/backup/vectors/milvus/calls.ts';
import { encodePairs } from '../../../../src/backup/vectors/milvus/calls.ts';
import { decodeMessage, encodeField, type Message } from '../../../../src/evidence/vector-store/protobuf.ts';

/** A field of a schema: its number and value. */
type Part = readonly [number, number | bigint | string | Uint8Array];

export function message(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map(([number, value]) => encodeField(number, value)));
}

const dimension = (dim: number): Part => [6, message([1, 'dim'], [2, String(dim)])];

/** Fields of the schema that Dify 1.16 creates with hybrid search, as a server describes them. */
export const FIELDS = {
  metadata: message([1, 100], [2, 'metadata'], [5, 23]),
  content: message([1, 101], [2, 'page_content'], [5, 21]),
  id: message([1, 102], [2, 'id'], [3, 1], [5, 5], [8, 1]),
  vector: message([1, 103], [2, 'vector'], [5, 101], dimension(3)),
  sparse: message([1, 104], [2, 'sparse_vector'], [5, 104], [16, 1]),
};

export const BM25: Part = [
  7,
  message([1, 'text_bm25_emb'], [2, 100], [4, 1], [5, 'page_content'], [6, message([1, 101])], [7, 'sparse_vector']),
];

/** A part that no version of difyctl knows. */
export const UNKNOWN: Part = [99, 'kept'];

export function schemaOf(fields: readonly Uint8Array[], ...more: readonly Part[]): Buffer {
  return message([1, 'old name'], ...fields.map((field): Part => [4, field]), ...more);
}

/** What `DescribeCollection` and `DescribeIndex` answer about a collection with this schema. */
export function described(schema: Uint8Array): Readonly<Record<string, Buffer>> {
  const params = encodePairs(3, [
    ['index_type', 'HNSW'],
    ['metric_type', 'IP'],
    ['params', '{"M":8}'],
  ]);
  const index = Buffer.concat([message([1, 'by_vector'], [4, 'vector']), params]);
  return {
    DescribeCollection: Buffer.concat([
      message([2, schema], [8, 2], [11, 1]),
      encodePairs(13, [['mmap.enabled', 'true']]),
    ]),
    DescribeIndex: message([2, index]),
  };
}

/** Packed integers. */
export function integers(...values: readonly bigint[]): Buffer {
  return Buffer.concat(values.map((value) => encodeField(1, value).subarray(1)));
}

/** FieldData of integers. */
export function keyColumn(name: string, ...keys: readonly bigint[]): Buffer {
  return message([1, 5], [2, name], [3, message([3, message([1, integers(...keys)])])], [5, 102]);
}

interface Sent {
  readonly method: string;
  readonly request: Message;
  readonly bytes: Uint8Array;
}

/** Calls that `answer` answers. `sent`: what was sent, in order. */
export function scriptedCalls(answer: (method: string, request: Message) => Uint8Array | undefined): MilvusCalls & {
  readonly sent: readonly Sent[];
} {
  const sent: Sent[] = [];
  const find = async (method: string, bytes: Uint8Array = new Uint8Array()): Promise<Message | undefined> => {
    const request = decodeMessage(bytes);
    sent.push({ method, request, bytes });
    const answered = answer(method, request);
    return answered === undefined ? undefined : decodeMessage(answered);
  };
  const ask = async (method: string, bytes?: Uint8Array) =>
    (await find(method, bytes)) ?? decodeMessage(new Uint8Array());
  return { where: 'milvus at HERE', signal: new AbortController().signal, ask, find, sent };
}
