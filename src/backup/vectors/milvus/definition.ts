import * as z from 'zod';
import { tryBoundedJson } from '../../../base/bounded-json.ts';
import { ExternalError, UserError } from '../../../base/errors.ts';
import { MILVUS_TYPE } from '../../../evidence/vector-store/milvus.ts';
import { changedMessage, decodeMessage, encodeField, type Message } from '../../../evidence/vector-store/protobuf.ts';
import { encodePairs, type MilvusCalls } from './calls.ts';

const pairs = z.array(z.tuple([z.string(), z.string()]));

const document = z.object({
  /** The schema without its name and without what the server numbers itself. */
  schema: z.base64(),
  shards: z.int().nonnegative(),
  consistency: z.int().nonnegative(),
  properties: pairs,
  indexes: z.array(z.object({ field: z.string(), name: z.string(), params: pairs })),
});

/** What a collection is created from. */
export type Definition = z.output<typeof document>;

/** Parses the definition in a set. Throws ExternalError if it is not valid. */
export function parseDefinition(text: string, collection: string): Definition {
  const { data } = document.safeParse(tryBoundedJson(text));
  if (data !== undefined) return data;
  throw new ExternalError(`the definition of the collection ${collection} in the set is not valid`, {
    next: ['restore another set: difyctl backup list'],
  });
}

/**
 * Reads the definition of a collection. The messages stay encoded, so that fields of a newer server survive. Throws
 * ExternalError, and UserError for a collection that Dify did not create.
 */
export async function readDefinition(calls: MilvusCalls, name: string): Promise<Definition> {
  const described = await calls.ask('DescribeCollection', encodeField(3, name));
  const [schema = new Uint8Array()] = described.pieces(2);
  refuseOther(schema, name, calls.where);
  const indexes = (await calls.ask('DescribeIndex', encodeField(3, name))).pieces(2).map(decodeMessage);
  return {
    schema: withoutNumbers(schema).toString('base64'),
    shards: described.number(8),
    consistency: described.number(11),
    properties: pairsOf(described, 13),
    indexes: indexes.map((index) => ({ field: index.text(4), name: index.text(1), params: pairsOf(index, 3) })),
  };
}

function pairsOf(message: Message, field: number): [string, string][] {
  return message.pieces(field).map((piece) => {
    const pair = decodeMessage(piece);
    return [pair.text(1), pair.text(2)];
  });
}

/**
 * The schema without name (1), database (8) and version (10); each field (4) without id (1) and state (9); each function
 * (7) without its own id (2) and those of its fields (6, 8). The server assigns them.
 */
function withoutNumbers(schema: Uint8Array): Buffer {
  return changedMessage(schema, [1, 8, 10], (number, value) => {
    if (number === 4) return changedMessage(value, [1, 9]);
    return number === 7 ? changedMessage(value, [2, 6, 8]) : undefined;
  });
}

/** The parts of a field's schema (schema.proto) that a copy depends on. */
function fieldOf(piece: Uint8Array) {
  const field = decodeMessage(piece);
  return {
    name: field.text(2),
    type: field.number(5),
    isPrimary: field.number(3) === 1,
    isAutomatic: field.number(8) === 1,
    isNullable: field.number(15) === 1,
    isOutput: field.number(16) === 1,
    dimension: Number(pairsOf(field, 6).find(([key]) => key === 'dim')?.[1] ?? 0),
  };
}

/**
 * Refuses what Dify's collections do not have and what this copy would lose: dynamic fields, structures, values that
 * are null, keys that are no integers.
 */
function refuseOther(encoded: Uint8Array, name: string, where: string): void {
  const schema = decodeMessage(encoded);
  const fields = schema.pieces(4).map(fieldOf);
  const nullable = fields.find(({ isNullable }) => isNullable);
  const reason =
    (schema.number(5) === 1 && 'dynamic fields') ||
    (schema.pieces(9).length > 0 && 'fields with structures') ||
    (nullable !== undefined && `the field ${nullable.name}, which may be null`) ||
    (!fields.some(({ isPrimary, type }) => isPrimary && type === MILVUS_TYPE.int64) && 'no integer as its key');
  if (reason === false) return;
  throw new UserError(`the collection ${name} of ${where} has ${reason}; Dify creates no such collection`, {
    next: ['set recovery.vectorStore.strategy to rebuild, and back up the store with Milvus itself (milvus-backup)'],
  });
}

/** How the rows of a collection are read, written and found. */
export interface Shape {
  /** The field of the key. */
  readonly key: string;
  /** The fields that a client sends: all but a key that the server assigns, and what functions compute. */
  readonly columns: readonly string[];
  /** A field of vectors, its dimension and its metric. Undefined if none has floats. */
  readonly vector: { readonly field: string; readonly metric: string | undefined } | undefined;
  /** Bytes of the vectors of one row. */
  readonly vectorBytes: number;
}

/** Returns the shape of the rows of a collection. */
export function shapeOf({ schema, indexes }: Definition): Shape {
  const message = decodeMessage(Buffer.from(schema, 'base64'));
  const fields = message.pieces(4).map(fieldOf);
  const computed = new Set(message.pieces(7).flatMap((piece) => decodeMessage(piece).texts(7)));
  const columns = fields.filter(
    ({ name, isPrimary, isAutomatic, isOutput }) => !(isPrimary && isAutomatic) && !isOutput && !computed.has(name),
  );
  const vector = columns.find(({ type }) => type === MILVUS_TYPE.floatVector)?.name;
  const params = indexes.find(({ field }) => field === vector)?.params ?? [];
  const metric = params.find(([key]) => key === 'metric_type')?.[1];
  return {
    key: fields.find(({ isPrimary }) => isPrimary)?.name ?? '',
    columns: columns.map(({ name }) => name),
    vector: vector === undefined ? undefined : { field: vector, metric },
    vectorBytes: columns.reduce((sum, { dimension }) => sum + 4 * dimension, 0),
  };
}

/** Creates a collection and its indexes. */
export async function createFrom(calls: MilvusCalls, name: string, definition: Definition): Promise<void> {
  const { shards, consistency, properties, indexes } = definition;
  // The server refuses another name in the schema than in the request.
  const schema = Buffer.concat([encodeField(1, name), Buffer.from(definition.schema, 'base64')]);
  const settings = [encodeField(5, shards), encodeField(6, consistency), encodePairs(7, properties)];
  await calls.ask('CreateCollection', Buffer.concat([encodeField(3, name), encodeField(4, schema), ...settings]));
  for (const index of indexes) {
    const place = [encodeField(3, name), encodeField(4, index.field), encodeField(6, index.name)];
    await calls.ask('CreateIndex', Buffer.concat([...place, encodePairs(5, index.params)]));
  }
}
