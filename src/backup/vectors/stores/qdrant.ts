import { join } from 'node:path';
import { ExternalError, UserError } from '../../../base/errors.ts';
import { at, listAt, numberAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import type { StoreClient } from '../client.ts';
import { type OpenCopies, type SavePlace, scratchCollection, scratchRemoval, type VectorCopies } from '../copies.ts';

const NOT_FOUND = [404];

/**
 * Copies of Qdrant's collections: one snapshot of each (qdrant.tech/documentation/concepts/snapshots). A snapshot has
 * the shards of the node that made it, so that a collection whose shards are spread over nodes cannot be copied.
 */
export const openCopies: OpenCopies = async ({ connect, secret }) => {
  const key = secret('apiKey');
  const client = connect(key === undefined ? {} : { 'api-key': key });
  const version = textAt((await client.ask('/')).json, 'version');
  return {
    engine: `Qdrant ${version}`,
    where: client.where,
    save: async (collections, place) => {
      for (const name of collections) await refuseSpread(client, name);
      for (const [index, name] of collections.entries()) {
        await saveOne(client, name, place);
        place.onDone(index + 1);
      }
      return { server: version };
    },
    requireFit: async ({ server }) => refuseOtherVersion(String(server ?? ''), version),
    restore: async (collections, place, scratch) => {
      for (const [index, name] of collections.entries()) {
        const path = `${pathOf(scratchCollection(name, scratch))}/snapshots/upload?priority=snapshot&wait=true`;
        await client.upload(path, 'snapshot', fileOf(name, place));
        place.onDone(index + 1);
      }
    },
    count: (name, dataset, scratch) => countOf(client, scratchCollection(name, scratch), dataset),
    remove: async (collections, scratch) => {
      for (const name of collections) await removeOne(client, scratchCollection(name, scratch));
    },
    ...scratchRemoval(
      () => namesOf(client),
      (name) => removeOne(client, name),
    ),
  } satisfies VectorCopies;
};

function pathOf(collection: string): string {
  return `/collections/${encodeURIComponent(collection)}`;
}

function fileOf(collection: string, { folder }: { readonly folder: string }): string {
  return join(folder, `${collection}.snapshot`);
}

async function namesOf(client: StoreClient): Promise<readonly string[]> {
  return listAt((await client.ask('/collections')).json, 'result', 'collections').map((one) => textAt(one, 'name'));
}

/** A server without distributed mode has no page about shards, or lists all of them. */
async function refuseSpread(client: StoreClient, name: string): Promise<void> {
  const { status, json } = await client.ask(`${pathOf(name)}/cluster`, { okStatuses: NOT_FOUND });
  if (status !== 200) return;
  const count = numberAt(json, 'result', 'shard_count') ?? 0;
  const local = listAt(json, 'result', 'local_shards').length;
  if (local >= count) return;
  throw new UserError(
    `${client.where} has ${local} of ${count} shards of the collection ${name}; a snapshot lacks the others`,
    {
      next: [
        'set recovery.vectorStore.strategy to rebuild, and back up the cluster with Qdrant itself',
        `or replicate every shard to each node: POST ${pathOf(name)}/cluster with {"replicate_shard": …}`,
      ],
    },
  );
}

/** Makes a snapshot on the server, copies it and removes it there. */
async function saveOne(client: StoreClient, name: string, place: SavePlace): Promise<void> {
  const { json } = await client.ask(`${pathOf(name)}/snapshots?wait=true`, { method: 'POST', isLong: true });
  const snapshot = textAt(json, 'result', 'name');
  // Since 1.8 the server names the digest.
  const expected = optionalTextAt(json, 'result', 'checksum');
  const path = `${pathOf(name)}/snapshots/${encodeURIComponent(snapshot)}`;
  try {
    const digest = await client.download(path, fileOf(name, place));
    if (expected !== undefined && digest !== expected)
      throw new ExternalError(
        `the snapshot of ${name} at ${client.where} has the SHA-256 ${digest}; the server says ${expected}`,
        {
          next: ['run difyctl backup again'],
        },
      );
  } finally {
    await client.ask(`${path}?wait=true`, { method: 'DELETE', okStatuses: NOT_FOUND, isCleanup: true });
  }
}

/**
 * Counts the points of a knowledge base: Dify writes its id into the payload (langgenius/dify, vdb-qdrant,
 * qdrant_vector.py, `group_id`), because several may share a collection.
 */
async function countOf(client: StoreClient, name: string, dataset: string | undefined): Promise<number | undefined> {
  const filter = dataset === undefined ? {} : { filter: { must: [{ key: 'group_id', match: { value: dataset } }] } };
  const body = { exact: true, ...filter };
  const { status, json } = await client.ask(`${pathOf(name)}/points/count`, {
    ...{ method: 'POST', body },
    okStatuses: NOT_FOUND,
  });
  return status === 404 ? undefined : numberAt(at(json, 'result'), 'count');
}

async function removeOne(client: StoreClient, name: string): Promise<void> {
  await client.ask(`${pathOf(name)}?timeout=60`, { method: 'DELETE', okStatuses: NOT_FOUND, isCleanup: true });
}

/** A snapshot is read by the same minor version and the next one (qdrant.tech, Snapshots). */
function refuseOtherVersion(saved: string, here: string): void {
  const [[major, minor], [ownMajor, ownMinor]] = [partsOf(saved), partsOf(here)];
  if (major === ownMajor && (minor === ownMinor || minor + 1 === ownMinor)) return;
  throw new UserError(`the vectors were copied from Qdrant ${saved}, and this server is ${here}`, {
    next: [`use Qdrant ${major}.${minor}, or let Dify embed the documents again: docs/restore.md, Vectors`],
  });
}

function partsOf(version: string): readonly [number, number] {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}
