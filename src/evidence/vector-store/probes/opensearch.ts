import { entriesAt, listAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { type Ask, admitted, askedOf, openStore, type StoreAnswer } from '../client.ts';
import type { StoreProbe } from '../probe.ts';
import {
  basicAuthorization,
  type ClusterSettings,
  clusterSettings,
  nodesOf,
  noteHealth,
  noteIndices,
  type TriedIndex,
} from '../search-cluster.ts';

/**
 * Probes OpenSearch as its Python client does. Without the k-NN plugin Dify cannot create an index, so none is tried.
 */
export const probe: StoreProbe<'opensearch'> = async (store, context, note) => {
  const { username } = store.opensearch;
  const authorization = basicAuthorization(username, context.secret('password') ?? '');
  const ask = await openStore(storeUrl(store), { authorization }, context, note);
  const root = admitted(await ask('/'), `user ${username}`);
  note({ isAdmitted: true, ...identityOf(root) });
  await noteAnonymous(async () => (await ask('/', { headers: { authorization: undefined } })).status === 200, note);
  const set = await clusterSettings(ask);
  const unusable = switchedOff(set) ?? (await missingKnn(ask));
  await noteHealth(ask, set, note, unusable);
  note({ nodes: await nodesOf(ask) });
  if (unusable === undefined) await noteIndices(ask, context, { set, tried: KNN_INDEX }, note);
};

/**
 * The mapping of langgenius/dify, api/providers/vdb/vdb-opensearch, opensearch_vector.py (Dify 1.16), with two
 * dimensions.
 */
const KNN_INDEX: TriedIndex = {
  body: {
    settings: { index: { knn: true } },
    mappings: {
      properties: {
        vector: {
          type: 'knn_vector',
          dimension: 2,
          method: { name: 'hnsw', space_type: 'l2', engine: 'faiss', parameters: { ef_construction: 64, m: 8 } },
        },
      },
    },
  },
  document: { vector: [0.1, 0.2] },
};

/**
 * OpenSearch reports its distribution even if it reports an old version to clients of Elasticsearch 7
 * (`compatibility.override_main_response_version`).
 */
function identityOf({ json, headers }: StoreAnswer): { readonly version?: string; readonly product?: string } {
  const version = optionalTextAt(json, 'version', 'number');
  if (textAt(json, 'version', 'distribution') === 'opensearch' && version !== undefined) return { version };
  const isElastic = headers['x-elastic-product'] === 'Elasticsearch';
  return { product: isElastic ? `Elasticsearch ${version ?? ''}`.trim() : 'a product other than OpenSearch' };
}

/** The text of the unusable if the plugin is disabled by a cluster setting; undefined if it is enabled. */
function switchedOff(set: ClusterSettings): string | undefined {
  const value = set.findLast(([name]) => name === 'knn.plugin.enabled')?.[1];
  return String(value) === 'false' ? 'k-NN is disabled: knn.plugin.enabled is false' : undefined;
}

/**
 * Text that names the nodes without the k-NN plugin; undefined if each has it, or if the server does not show its
 * plugins.
 */
async function missingKnn(ask: Ask): Promise<string | undefined> {
  const listed = askedOf(await ask('/_nodes/plugins'), ({ json }) => entriesAt(json, 'nodes'));
  if (!('seen' in listed)) return undefined;
  const lacking = listed.seen
    .filter(([, node]) => !listAt(node, 'plugins').some((plugin) => textAt(plugin, 'name') === 'opensearch-knn'))
    .map(([id, node]) => optionalTextAt(node, 'name') ?? id);
  return lacking.length === 0 ? undefined : `the plugin opensearch-knn is missing on ${lacking.sort().join(', ')}`;
}
