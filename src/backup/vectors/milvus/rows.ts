import { type FileHandle, open } from 'node:fs/promises';
import { ExternalError } from '../../../base/errors.ts';
import { changedMessage, decodeIntegers, decodeMessage, encodeField } from '../../../evidence/vector-store/protobuf.ts';
import { encodePairs, type MilvusCalls } from './calls.ts';
import type { Shape } from './definition.ts';

/**
 * Bytes of one page with segments of usual length, and its most rows. Dify's fields have at most 128 KiB, so that a page
 * of such rows is below 64 MiB, which Milvus accepts (`proxy.grpc.serverMaxRecvSize`). Dify itself sends up to 1,000
 * rows.
 */
const PAGE_BYTES = 4 * 2 ** 20;
const SEGMENT_BYTES = 8 * 2 ** 10;
const MOST_ROWS = 400;

/** The largest key. A query needs an expression. */
const LARGEST = 2n ** 63n - 1n;

/** Returns how many rows one page has. */
export function pageRows({ vectorBytes }: Pick<Shape, 'vectorBytes'>): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(PAGE_BYTES / (SEGMENT_BYTES + vectorBytes))));
}

/** Counts the rows of a loaded collection. */
export async function countRows(calls: MilvusCalls, name: string): Promise<number> {
  const answer = await calls.ask('Query', Buffer.concat([encodeField(3, name), encodeField(5, 'count(*)')]));
  const [count] = integersOf(answer.pieces(2)[0] ?? new Uint8Array());
  if (count === undefined) throw new ExternalError(`${calls.where} does not count the rows of ${name}`);
  return Number(count);
}

/** The integers of a column: FieldData.scalars.long_data.data. */
function integersOf(column: Uint8Array): readonly bigint[] {
  return decodeIntegers(decodeMessage(column).message(3).message(3).pieces(1)[0] ?? new Uint8Array());
}

/**
 * Writes the rows of a loaded collection to a file: each page as a request of `Insert` without its collection, after
 * its length. Throws ExternalError if the server sends fewer rows than it counts.
 */
export async function saveRows(calls: MilvusCalls, name: string, shape: Shape, path: string): Promise<void> {
  const before = await countRows(calls, name);
  const file = await open(path, 'wx', 0o600);
  let saved = 0;
  try {
    for await (const { rows, request } of pagesOf(calls, name, shape)) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(request.length);
      await file.write(length);
      await file.write(request);
      saved += rows;
    }
  } finally {
    await file.close();
  }
  // Rows that Dify deletes or adds meanwhile are no error.
  const expected = Math.min(before, await countRows(calls, name));
  if (saved < expected)
    throw new ExternalError(`${calls.where} sends ${saved} of the ${expected} rows of the collection ${name}`, {
      next: ['run difyctl backup again'],
    });
}

interface Page {
  readonly rows: number;
  readonly request: Buffer;
}

/**
 * Reads the rows in the order of their keys, as the iterator of pymilvus does. The time of the first answer is that of
 * all pages. A page may have fewer rows than asked for; only an empty one is the end.
 */
async function* pagesOf(calls: MilvusCalls, name: string, shape: Shape): AsyncGenerator<Page> {
  const place = Buffer.concat([
    encodeField(3, name),
    ...[shape.key, ...shape.columns].map((one) => encodeField(5, one)),
  ]);
  const options = encodePairs(9, [
    ['limit', String(pageRows(shape))],
    ['iterator', 'True'],
    ['reduce_stop_for_best', 'False'],
  ]);
  let time = 0n;
  let last: bigint | undefined;
  for (;;) {
    const which = last === undefined ? `${shape.key} < ${LARGEST}` : `${shape.key} > ${last}`;
    const at = time === 0n ? [] : [encodeField(8, time)];
    const answer = await calls.ask('Query', Buffer.concat([place, encodeField(4, which), ...at, options]));
    if (time === 0n) time = answer.integer(5);
    const columns = new Map(answer.pieces(2).map((column) => [decodeMessage(column).text(2), column]));
    const keys = integersOf(columns.get(shape.key) ?? new Uint8Array());
    const [first] = keys;
    if (first === undefined) return;
    let end = first;
    for (const key of keys) if (key > end) end = key;
    const sent = shape.columns.flatMap((one) => columns.get(one) ?? []);
    if (sent.length < shape.columns.length || (last !== undefined && end <= last))
      throw new ExternalError(`${calls.where} answers a query of the collection ${name} with other rows or fields`);
    last = end;
    // The server assigns the ids of fields (FieldData.field_id) again.
    const fields = sent.map((column) => encodeField(5, changedMessage(column, [5])));
    yield { rows: keys.length, request: Buffer.concat([...fields, encodeField(7, keys.length)]) };
  }
}

/** Inserts the rows of a file into a collection. Returns the first page, undefined if it has no rows. */
export async function insertRows(calls: MilvusCalls, name: string, path: string): Promise<Buffer | undefined> {
  const file = await open(path);
  let first: Buffer | undefined;
  try {
    for (;;) {
      const length = await readExactly(file, 4, path);
      if (length === undefined) return first;
      const page = (await readExactly(file, length.readUInt32BE(), path)) ?? Buffer.alloc(0);
      const answer = await calls.ask('Insert', Buffer.concat([encodeField(3, name), page]));
      const [inserted, sent] = [answer.number(6), decodeMessage(page).number(7)];
      if (inserted !== sent)
        throw new ExternalError(`${calls.where} confirms ${inserted} of ${sent} rows of the collection ${name}`);
      first ??= page;
    }
  } finally {
    await file.close();
  }
}

/** Returns undefined at the end of the file. */
async function readExactly(file: FileHandle, length: number, path: string): Promise<Buffer | undefined> {
  const size = (await file.stat()).size;
  if (length > size) throw new ExternalError(`${path} of the set is damaged`);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length);
  if (bytesRead === 0 && length > 0) return undefined;
  if (bytesRead < length) throw new ExternalError(`${path} of the set ends too early`);
  return buffer;
}
