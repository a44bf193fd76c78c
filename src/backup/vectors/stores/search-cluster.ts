import { ExternalError, UserError } from '../../../base/errors.ts';
import { at, entriesAt, listAt, numberAt, textAt } from '../../../base/json-path.ts';
import { basicAuthorization } from '../../../evidence/vector-store/search-cluster.ts';
import type { StoreClient } from '../client.ts';
import {
  type CopiesInput,
  type RestorePlace,
  scratchCollection,
  scratchRemoval,
  type VectorCopies,
} from '../copies.ts';

const NOT_FOUND = [404];

/**
 * Copies of Dify's indices in the snapshot repository of a cluster of Elasticsearch or OpenSearch (elastic.co and
 * opensearch.org, Snapshot and restore). The set refers to the snapshot: only the cluster reads the repository.
 * `product`: the name in messages.
 */
export async function searchCopies(
  product: string,
  username: string,
  { connect, secret }: CopiesInput,
): Promise<VectorCopies> {
  const client = connect({ authorization: basicAuthorization(username, secret('password') ?? '') });
  const version = textAt((await client.ask('/')).json, 'version', 'number');
  return {
    engine: `${product} ${version}`,
    where: client.where,
    refers: true,
    requireCopies: async () => void (await repositoryOf(client)),
    save: async (collections, place) => {
      const repository = await repositoryOf(client);
      const details = { server: version, repository, snapshot: place.set.toLowerCase() };
      await saveAll(client, collections, details);
      place.onDone(collections.length);
      return details;
    },
    requireFit: (details) => requireSnapshot(client, details),
    restore: (collections, place, scratch) => restoreAll(client, collections, place, scratch),
    count: (name, _dataset, scratch) => countOf(client, indexOf(name, scratch)),
    remove: async (collections, scratch) => {
      for (const name of collections) await removeOne(client, indexOf(name, scratch));
    },
    ...scratchRemoval(
      () => namesOf(client),
      (name) => removeOne(client, name),
    ),
  };
}

/** Dify writes the name of an index in lower case (langgenius/dify, vdb-elasticsearch and vdb-opensearch). */
function indexOf(collection: string, scratch: string | undefined): string {
  return scratchCollection(collection, scratch).toLowerCase();
}

async function namesOf(client: StoreClient): Promise<readonly string[]> {
  return entriesAt((await client.ask('/_all/_settings/index.number_of_replicas')).json).map(([name]) => name);
}

/** Users may only read this repository (docs.aws.amazon.com, Amazon OpenSearch Service, Creating index snapshots). */
const MANAGED_BY_AWS = 'cs-automated';

/** The name that difyctl prefers if the cluster has several repositories. */
const PREFERRED = 'difyctl';

/** Returns the repository for snapshots. Throws UserError if the cluster has none, or several and none is `difyctl`. */
async function repositoryOf(client: StoreClient): Promise<string> {
  const names = entriesAt((await client.ask('/_snapshot')).json)
    // Elastic Cloud's own repository is managed by its policy.
    .filter(([, repository]) => textAt(repository, 'type') !== 'url')
    .map(([name]) => name)
    .filter((name) => !name.startsWith(MANAGED_BY_AWS))
    .toSorted();
  const [only, ...more] = names;
  if (only === undefined)
    throw new UserError(`${client.where} has no snapshot repository; a copy of its indices needs one`, {
      next: [
        `register one with the name ${PREFERRED}: PUT /_snapshot/${PREFERRED} with {"type": "s3", "settings": {"bucket": …}}; "fs" needs path.repo on every node`,
        'or set recovery.vectorStore.strategy to rebuild',
      ],
    });
  if (more.length === 0) return only;
  if (names.includes(PREFERRED)) return PREFERRED;
  throw new UserError(`${client.where} has ${names.length} snapshot repositories, and none has the name ${PREFERRED}`, {
    next: [`register the one for Dify with the name ${PREFERRED}: ${names.join(', ')}`],
  });
}

interface Details {
  readonly repository: string;
  readonly snapshot: string;
}

function pathOf({ repository, snapshot }: Details): string {
  return `/_snapshot/${encodeURIComponent(repository)}/${encodeURIComponent(snapshot)}`;
}

async function saveAll(client: StoreClient, collections: readonly string[], details: Details): Promise<void> {
  const indices = collections.map((name) => indexOf(name, undefined)).join(',');
  // Without indices the request would store all of them.
  const body = { indices: indices === '' ? '-*' : indices, include_global_state: false, partial: false };
  const { json } = await client.ask(`${pathOf(details)}?wait_for_completion=true`, {
    method: 'PUT',
    body,
    isLong: true,
  });
  const state = textAt(json, 'snapshot', 'state');
  if (state === 'SUCCESS') return;
  const [failure] = listAt(json, 'snapshot', 'failures');
  throw new ExternalError(
    `the snapshot ${details.snapshot} of ${client.where} ended with ${state}: ${textAt(failure, 'reason')}`,
    { next: [`GET ${pathOf(details)} shows the shards that failed`] },
  );
}

function snapshotPath({ repository, snapshot }: RestorePlace['details']): string {
  return pathOf({ repository: String(repository), snapshot: String(snapshot) });
}

async function requireSnapshot(client: StoreClient, details: RestorePlace['details']): Promise<void> {
  const { repository, snapshot } = details;
  const { status } = await client.ask(snapshotPath(details), { okStatuses: NOT_FOUND });
  if (status !== 404) return;
  throw new UserError(`${client.where} has no snapshot ${snapshot} in its repository ${repository}`, {
    next: [
      `register the repository of the time of the backup with the name ${repository}`,
      'or let Dify embed the documents again: docs/restore.md, Vectors',
    ],
  });
}

async function restoreAll(
  client: StoreClient,
  collections: readonly string[],
  { details, onDone }: RestorePlace,
  scratch: string | undefined,
): Promise<void> {
  if (collections.length === 0) return;
  const path = snapshotPath(details);
  const body = {
    indices: collections.map((name) => indexOf(name, undefined)).join(','),
    include_global_state: false,
    include_aliases: false,
    ...(scratch === undefined ? {} : { rename_pattern: '(.+)', rename_replacement: `$1_${scratch}` }),
    // A drill needs no second copy of its indices.
    ...(scratch === undefined ? {} : { index_settings: { 'index.number_of_replicas': 0 } }),
  };
  await client.ask(`${path}/_restore?wait_for_completion=true`, { method: 'POST', body, isLong: true });
  onDone(collections.length);
}

async function countOf(client: StoreClient, index: string): Promise<number | undefined> {
  const refreshed = await client.ask(`/${index}/_refresh`, { method: 'POST', okStatuses: NOT_FOUND });
  if (refreshed.status === 404) return undefined;
  return numberAt(at((await client.ask(`/${index}/_count`)).json), 'count');
}

async function removeOne(client: StoreClient, index: string): Promise<void> {
  await client.ask(`/${index}`, { method: 'DELETE', okStatuses: NOT_FOUND, isCleanup: true });
}
