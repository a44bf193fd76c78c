import { expect, it } from 'vitest';
import {
  createFrom,
  parseDefinition,
  readDefinition,
  shapeOf,
} from '../../../../src/backup/vectors/milvus/definition.ts';
import { decodeMessage } from '../../../../src/evidence/vector-store/protobuf.ts';
import { BM25, described, FIELDS, message, schemaOf, scriptedCalls, UNKNOWN } from './messages.ts';

const NAME = 'Vector_index_0a1b_Node';
const ALL = Object.values(FIELDS);

function definitionOf(schema: Uint8Array) {
  const answers = described(schema);
  return readDefinition(
    scriptedCalls((method) => answers[method]),
    NAME,
  );
}

it('a collection is created under another name with all that its definition has', async () => {
  const definition = parseDefinition(JSON.stringify(await definitionOf(schemaOf(ALL, BM25, UNKNOWN))), NAME);
  const calls = scriptedCalls(() => undefined);
  await createFrom(calls, 'other', definition);
  expect(calls.sent.map(({ method }) => method)).toEqual(['CreateCollection', 'CreateIndex']);
  const [created, index] = calls.sent.map(({ request }) => request);
  const schema = created?.message(4);
  expect([created?.text(3), schema?.texts(1), schema?.text(99)]).toEqual(['other', ['other'], 'kept']);
  expect([created?.number(5), created?.number(6), created?.message(7).texts(2)]).toEqual([2, 1, ['true']]);
  const fields = schema?.pieces(4).map(decodeMessage) ?? [];
  expect(fields.map((field) => [field.text(2), field.number(1)])).toEqual([
    ['metadata', 0],
    ['page_content', 0],
    ['id', 0],
    ['vector', 0],
    ['sparse_vector', 0],
  ]);
  const bm25 = schema?.message(7);
  expect([bm25?.text(1), bm25?.number(2), bm25?.text(5), bm25?.text(7)]).toEqual([
    'text_bm25_emb',
    0,
    'page_content',
    'sparse_vector',
  ]);
  expect([index?.text(3), index?.text(4), index?.text(6)]).toEqual(['other', 'vector', 'by_vector']);
  expect(index?.pieces(5).map((pair) => decodeMessage(pair).text(2))).toEqual(['HNSW', 'IP', '{"M":8}']);
});

it('rows are sent without the key that the server assigns and without what functions compute', async () => {
  const vector = { field: 'vector', metric: 'IP' };
  const shape = { key: 'id', columns: ['metadata', 'page_content', 'vector'], vector, vectorBytes: 12 };
  expect(shapeOf(await definitionOf(schemaOf(ALL, BM25)))).toEqual(shape);
  // Milvus 2.5.0 does not mark the field of the function.
  const unmarked = message([2, 'sparse_vector'], [5, 104]);
  const { metadata, content, id, vector: floats } = FIELDS;
  expect(shapeOf(await definitionOf(schemaOf([metadata, content, id, floats, unmarked], BM25)))).toEqual(shape);
});

it.each<[string, Uint8Array, string]>([
  ['dynamic fields', schemaOf(ALL, [5, 1]), 'dynamic fields'],
  ['structures', schemaOf(ALL, [9, message([2, 'chunks'])]), 'fields with structures'],
  ['null', schemaOf([...ALL, message([2, 'note'], [5, 21], [15, 1])]), 'the field note, which may be null'],
  ['a text as its key', schemaOf([message([2, 'id'], [3, 1], [5, 21])]), 'no integer as its key'],
])('a collection with %s is refused', async (_, schema, reason) => {
  await expect(definitionOf(schema)).rejects.toThrow(
    `the collection ${NAME} of milvus at HERE has ${reason}; Dify creates no such collection`,
  );
});

it.each([[''], ['{}'], ['{"schema":"!","shards":1,"consistency":0,"properties":[],"indexes":[]}']])(
  'a definition %j in a set is refused',
  (text) => {
    expect(() => parseDefinition(text, NAME)).toThrow(
      `the definition of the collection ${NAME} in the set is not valid`,
    );
  },
);
