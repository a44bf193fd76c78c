import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertRows, pageRows, saveRows } from '../../../../src/backup/vectors/milvus/rows.ts';
import { requireSearch } from '../../../../src/backup/vectors/milvus/search.ts';
import { decodeMessage, type Message } from '../../../../src/evidence/vector-store/protobuf.ts';
import { integers, keyColumn, message, scriptedCalls, UNKNOWN } from './messages.ts';

const NAME = 'Vector_index_0a1b_Node';
const SHAPE = {
  ...{ key: 'id', columns: ['page_content', 'vector'], vectorBytes: 8 },
  vector: { field: 'vector', metric: 'IP' },
};
/** A key of Milvus, which no number of JavaScript has exactly. */
const FIRST = 461_234_567_890_123_457n;
const TIME = 461_234_567_890_999_999n;

const texts = message([2, 'page_content'], [5, 101], UNKNOWN);
/** Two vectors of two dimensions. */
const floats = Buffer.from(new Float32Array([1, 2, 3, 4]).buffer);
const vectors = message([2, 'vector'], [4, message([1, 2], [2, message([1, floats])])]);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const count = (rows: bigint): Buffer => message([2, keyColumn('count(*)', rows)]);
const isCount = (request: Message): boolean => request.text(5) === 'count(*)';

/** Answers the count, then each page, then an empty page. */
function pages(rows: bigint, ...answers: readonly Uint8Array[]) {
  const left = [...answers];
  return scriptedCalls((_, request) => (isCount(request) ? count(rows) : (left.shift() ?? message([5, TIME]))));
}

const page = (...keys: readonly bigint[]): Buffer =>
  message([2, keyColumn('id', ...keys)], [2, texts], [2, vectors], [5, TIME]);

describe('pages of rows', () => {
  it.each([
    [3, 400],
    [1536, 292],
    [3072, 204],
    [32_768, 30],
  ])('with %i dimensions have %i rows', (dimension, rows) => {
    expect(pageRows({ vectorBytes: 4 * dimension })).toBe(rows);
  });

  it('are read in the order of their keys at the time of the first, and inserted without their keys', async () => {
    const path = join(folder, 'rows');
    const calls = pages(3n, page(FIRST, FIRST + 1n), page(FIRST + 2n));
    await saveRows(calls, NAME, SHAPE, path);
    const queries = calls.sent.map(({ request }) => request).filter((request) => !isCount(request));
    expect(queries.map((query) => [query.text(4), query.integer(8)])).toEqual([
      ['id < 9223372036854775807', 0n],
      [`id > ${FIRST + 1n}`, TIME],
      [`id > ${FIRST + 2n}`, TIME],
    ]);
    expect(queries[0]?.texts(5)).toEqual(['id', 'page_content', 'vector']);
    const to = scriptedCalls((_, { number }) => message([6, number(7)]));
    const first = await insertRows(to, 'other', path);
    expect(to.sent.map(({ request }) => [request.text(3), request.number(7)])).toEqual([
      ['other', 2],
      ['other', 1],
    ]);
    const columns = to.sent[0]?.request.pieces(5).map(decodeMessage) ?? [];
    expect(columns.map((column) => [column.text(2), column.number(5), column.text(99)])).toEqual([
      ['page_content', 0, 'kept'],
      ['vector', 0, ''],
    ]);
    expect(first).toEqual(Buffer.from(to.sent[0]?.bytes.subarray(2 + 'other'.length) ?? []));
  });

  it.each<[string, ReturnType<typeof pages>, string]>([
    ['fewer rows than it counts', pages(3n, page(FIRST, FIRST + 1n)), 'sends 2 of the 3 rows of the collection'],
    ['the same rows again', pages(3n, page(FIRST), page(FIRST)), 'answers a query of the collection'],
    ['no vectors', pages(1n, message([2, keyColumn('id', FIRST)], [2, texts])), 'answers a query of the collection'],
    ['no count', scriptedCalls(() => message()), 'does not count the rows of'],
  ])('of a server that sends %s are no copy', async (title, calls, expected) => {
    await expect(saveRows(calls, NAME, SHAPE, join(folder, title))).rejects.toThrow(
      `milvus at HERE ${expected} ${NAME}`,
    );
  });

  it('that were deleted during the copy are no error', async () => {
    const counts = [3n, 2n];
    const left = [page(FIRST, FIRST + 1n)];
    const calls = scriptedCalls((_, request) =>
      isCount(request) ? count(counts.shift() ?? 0n) : (left.shift() ?? message()),
    );
    await expect(saveRows(calls, NAME, SHAPE, join(folder, 'deleted'))).resolves.toBeUndefined();
  });
});

describe('rows of a set', () => {
  const confirms = (rows: number) => scriptedCalls(() => message([6, rows]));

  it('that the server confirms in part are an error', async () => {
    await expect(insertRows(confirms(1), 'other', join(folder, 'rows'))).rejects.toThrow(
      'milvus at HERE confirms 1 of 2 rows of the collection other',
    );
  });

  it('that end too early are an error', async () => {
    const path = join(folder, 'cut');
    const whole = await readFile(join(folder, 'rows'));
    await writeFile(path, whole);
    await truncate(path, whole.length - 1);
    const calls = scriptedCalls((_, { number }) => message([6, number(7)]));
    await expect(insertRows(calls, 'other', path)).rejects.toThrow(`${path} of the set ends too early`);
    await writeFile(path, Buffer.alloc(6, 0xff));
    await expect(insertRows(calls, 'other', path)).rejects.toThrow(`${path} of the set is damaged`);
  });
});

describe('a search in a restored collection', () => {
  const inserted = message([5, texts], [5, vectors], [7, 2]);

  it('asks for the first vector with the metric of the index', async () => {
    const calls = scriptedCalls(() => message([2, message([5, message([1, integers(FIRST)])])]));
    await requireSearch(calls, 'other', SHAPE, inserted);
    const [search] = calls.sent.map(({ request }) => request);
    const asked = search?.message(6).message(1);
    expect(Buffer.from(asked?.pieces(3)[0] ?? [])).toEqual(floats.subarray(0, 8));
    const options = search?.pieces(9).map((pair) => [decodeMessage(pair).text(1), decodeMessage(pair).text(2)]);
    expect(options).toContainEqual(['metric_type', 'IP']);
  });

  it('that finds nothing is an error', async () => {
    await expect(
      requireSearch(
        scriptedCalls(() => message()),
        'other',
        SHAPE,
        inserted,
      ),
    ).rejects.toThrow('a search in the collection other of milvus at HERE finds none of its vectors');
  });
});
