import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { milvusMetadata, milvusTarget } from '../../../evidence/vector-store/milvus.ts';
import { encodeField } from '../../../evidence/vector-store/protobuf.ts';
import {
  type OpenCopies,
  type RestorePlace,
  type SavePlace,
  scratchCollection,
  scratchRemoval,
  type VectorCopies,
} from '../copies.ts';
import { type MilvusAccess, type MilvusCalls, withMilvus } from '../milvus/calls.ts';
import { createFrom, parseDefinition, readDefinition, shapeOf } from '../milvus/definition.ts';
import { load, whileLoaded } from '../milvus/loading.ts';
import { countRows, insertRows, saveRows } from '../milvus/rows.ts';
import { requireSearch } from '../milvus/search.ts';

/**
 * Copies of Milvus' collections through its own API: the definition and the indexes of each, and its rows. A restore
 * creates the collection as Dify does (langgenius/dify, vdb-milvus), inserts the rows and searches them.
 */
export const openCopies: OpenCopies = async ({ store, where, secret, reach }) => {
  if (store.mode !== 'external' || store.provider !== 'milvus') throw new Error(`${store.provider} is not Milvus`);
  const target = { ...milvusTarget(store), metadata: milvusMetadata(store, secret) };
  const access: MilvusAccess = { ...reach, where, target };
  const on = <T>(use: (calls: MilvusCalls) => Promise<T>) => withMilvus(access, use);
  const version = await on(async (calls) => versionIn((await calls.ask('GetVersion')).text(2)));
  return {
    engine: `Milvus ${version}`,
    where,
    save: async (collections, place) => {
      await on(async (calls) => {
        for (const [index, name] of collections.entries()) {
          await saveOne(calls, name, place);
          place.onDone(index + 1);
        }
      });
      return { server: version };
    },
    requireFit: async ({ server }) => refuseOlderServer(String(server ?? ''), version),
    restore: (collections, place, scratch) =>
      on(async (calls) => {
        for (const [index, name] of collections.entries()) {
          await restoreOne(calls, name, scratchCollection(name, scratch), place);
          place.onDone(index + 1);
        }
      }),
    count: (name, _dataset, scratch) => on((calls) => countOf(calls, scratchCollection(name, scratch))),
    remove: async (collections, scratch) => {
      for (const name of collections) await removeOne(access, scratchCollection(name, scratch));
    },
    ...scratchRemoval(
      () => on(async (calls) => (await calls.ask('ShowCollections')).texts(2)),
      (name) => removeOne(access, name),
    ),
  } satisfies VectorCopies;
};

const filesOf = (name: string, { folder }: { readonly folder: string }) => ({
  definition: join(folder, `${name}.collection.json`),
  rows: join(folder, `${name}.rows`),
});

async function saveOne(calls: MilvusCalls, name: string, place: SavePlace): Promise<void> {
  const files = filesOf(name, place);
  const definition = await readDefinition(calls, name);
  await writeFile(files.definition, JSON.stringify(definition), { mode: 0o600 });
  await whileLoaded(calls, name, () => saveRows(calls, name, shapeOf(definition), files.rows));
}

/** Loads the collection before the rows, as Dify does: Milvus searches new rows at once, and builds the index later. */
async function restoreOne(calls: MilvusCalls, name: string, to: string, place: RestorePlace): Promise<void> {
  const files = filesOf(name, place);
  const definition = parseDefinition(await readFile(files.definition, 'utf8'), name);
  await createFrom(calls, to, definition);
  await load(calls, to);
  const page = await insertRows(calls, to, files.rows);
  if (page !== undefined) await requireSearch(calls, to, shapeOf(definition), page);
}

function countOf(calls: MilvusCalls, name: string): Promise<number | undefined> {
  return whileLoaded(calls, name, () => countRows(calls, name));
}

async function removeOne(access: MilvusAccess, name: string): Promise<void> {
  await withMilvus(access, (calls) => calls.find('DropCollection', encodeField(3, name)), true);
}

/** `2.5.15` of `v2.5.15`, of `milvus_lite-2.5.15`, and of the words of Zilliz Cloud. */
function versionIn(text: string): string {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? text;
}

/** An older server ignores what it does not know of a definition, such as functions before 2.5. */
function refuseOlderServer(saved: string, here: string): void {
  const [[major, minor], [ownMajor, ownMinor]] = [partsOf(saved), partsOf(here)];
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  throw new UserError(`the vectors were copied from Milvus ${saved}, and this server is ${here}`, {
    next: [`use Milvus ${major}.${minor} or newer, or let Dify embed the documents again: docs/restore.md, Vectors`],
  });
}

function partsOf(version: string): readonly [number, number] {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}
