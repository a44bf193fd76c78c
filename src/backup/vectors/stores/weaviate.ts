import { createReadStream } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { boundedJson } from '../../../base/bounded-json.ts';
import { ExternalError } from '../../../base/errors.ts';
import { isObject } from '../../../base/json.ts';
import { at, entriesAt, listAt, numberAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import type { StoreClient } from '../client.ts';
import {
  type OpenCopies,
  type RestorePlace,
  type SavePlace,
  scratchCollection,
  scratchRemoval,
  type VectorCopies,
} from '../copies.ts';

/** Objects of one request: 50 vectors of 3,072 dimensions are about 3 MB of JSON. */
const PAGE = 50;
const NOT_FOUND = [404];

/**
 * Copies of Weaviate's classes: the definition of each, and its objects with their vectors, read with a cursor
 * (docs.weaviate.io, Read all objects). Weaviate's own backups cannot be restored under another name, so that no drill
 * could prove them, and their files are where only the server can read them (docs/decisions.md).
 */
export const openCopies: OpenCopies = async ({ connect, secret }) => {
  const key = secret('apiKey');
  const client = connect(key === undefined ? {} : { authorization: `Bearer ${key}` });
  const version = textAt((await client.ask('/v1/meta')).json, 'version');
  return {
    engine: `Weaviate ${version}`,
    where: client.where,
    save: async (collections, place) => {
      for (const [index, name] of collections.entries()) {
        await saveOne(client, name, place);
        place.onDone(index + 1);
      }
      return { server: version };
    },
    restore: async (collections, place, scratch) => {
      for (const [index, name] of collections.entries()) {
        await restoreOne(client, name, scratchCollection(name, scratch), place);
        place.onDone(index + 1);
      }
    },
    count: (name, _dataset, scratch) => countOf(client, scratchCollection(name, scratch)),
    remove: async (collections, scratch) => {
      for (const name of collections) await removeOne(client, scratchCollection(name, scratch));
    },
    ...scratchRemoval(
      () => namesOf(client),
      (name) => removeOne(client, name),
    ),
  } satisfies VectorCopies;
};

async function namesOf(client: StoreClient): Promise<readonly string[]> {
  return listAt((await client.ask('/v1/schema')).json, 'classes').map((one) => textAt(one, 'class'));
}

const classFile = (name: string, { folder }: { readonly folder: string }): string => join(folder, `${name}.class.json`);
const objectsFile = (name: string, { folder }: { readonly folder: string }): string =>
  join(folder, `${name}.objects.jsonl`);

async function saveOne(client: StoreClient, name: string, place: SavePlace): Promise<void> {
  const { json } = await client.ask(`/v1/schema/${name}`);
  await writeFile(classFile(name, place), JSON.stringify(json), { mode: 0o600 });
  const file = await open(objectsFile(name, place), 'wx', 0o600);
  try {
    let after = '';
    for (;;) {
      const page = `/v1/objects?class=${name}&limit=${PAGE}&include=vector${after === '' ? '' : `&after=${after}`}`;
      const objects = listAt((await client.ask(page)).json, 'objects');
      for (const object of objects) await file.write(`${JSON.stringify(object)}\n`);
      after = textAt(objects.at(-1), 'id');
      if (objects.length < PAGE) return;
      if (after === '') throw new ExternalError(`${client.where} sends objects of ${name} without an id`);
    }
  } finally {
    await file.close();
  }
}

async function restoreOne(client: StoreClient, name: string, to: string, place: RestorePlace): Promise<void> {
  const definition = boundedJson(await readFile(classFile(name, place), 'utf8'));
  if (!isObject(definition)) throw new ExternalError(`the definition of the class ${name} in the set is not an object`);
  await client.ask('/v1/schema', { method: 'POST', body: newClass(definition, to) });
  let batch: object[] = [];
  const send = async (): Promise<void> => {
    if (batch.length > 0) await sendBatch(client, to, batch);
    batch = [];
  };
  const lines = createInterface({ input: createReadStream(objectsFile(name, place)), crlfDelay: Infinity });
  for await (const line of lines) {
    batch.push(newObject(boundedJson(line), to));
    if (batch.length === PAGE) await send();
  }
  await send();
}

/**
 * The definition for a new class. Weaviate refuses what it computed itself of the shards, and a copy on more nodes than
 * the server has.
 */
function newClass(definition: Record<string, unknown>, name: string): object {
  const { shardingConfig: _shards, class: _class, ...rest } = definition;
  return { ...rest, class: name };
}

function newObject(object: unknown, name: string): object {
  const vectors = at(object, 'vectors');
  const vector = at(object, 'vector');
  return {
    class: name,
    id: textAt(object, 'id'),
    properties: at(object, 'properties') ?? {},
    ...(entriesAt(object, 'vectors').length > 0 ? { vectors } : {}),
    ...(Array.isArray(vector) && vector.length > 0 ? { vector } : {}),
  };
}

/** Weaviate answers 200 also if it refuses objects of the batch. */
async function sendBatch(client: StoreClient, name: string, objects: readonly object[]): Promise<void> {
  const { json } = await client.ask('/v1/batch/objects', { method: 'POST', body: { objects } });
  const stored = Array.isArray(json) ? json : [];
  const errors = stored.flatMap((one) => optionalTextAt(one, 'result', 'errors', 'error', 0, 'message') ?? []);
  if (errors.length === 0 && stored.length === objects.length) return;
  throw new ExternalError(
    `${client.where} refuses ${errors.length} of ${objects.length} objects of ${name}: ${errors[0] ?? 'it confirms fewer'}`,
  );
}

async function countOf(client: StoreClient, name: string): Promise<number | undefined> {
  const { status } = await client.ask(`/v1/schema/${name}`, { okStatuses: NOT_FOUND });
  if (status === 404) return undefined;
  const query = `{ Aggregate { ${name} { meta { count } } } }`;
  const { json } = await client.ask('/v1/graphql', { method: 'POST', body: { query } });
  const [error] = listAt(json, 'errors');
  if (error !== undefined)
    throw new ExternalError(`${client.where} does not count ${name}: ${textAt(error, 'message')}`);
  return numberAt(json, 'data', 'Aggregate', name, 0, 'meta', 'count');
}

/** Weaviate answers 200 for a class that does not exist. */
async function removeOne(client: StoreClient, name: string): Promise<void> {
  await client.ask(`/v1/schema/${name}`, { method: 'DELETE', okStatuses: NOT_FOUND, isCleanup: true });
}
