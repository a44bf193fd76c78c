import { optionalTextAt } from '../../../base/json-path.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { admitted, openStore, type StoreAnswer } from '../client.ts';
import type { StoreProbe } from '../probe.ts';
import { basicAuthorization, clusterSettings, nodesOf, noteHealth, noteIndices } from '../search-cluster.ts';

/** Probes Elasticsearch as its Python client does, which refuses servers of other products. */
export const probe: StoreProbe<'elasticsearch'> = async (store, context, note) => {
  const { username } = store.elasticsearch;
  const authorization = basicAuthorization(username, context.secret('password') ?? '');
  const ask = await openStore(storeUrl(store), { authorization }, context, note);
  const root = admitted(await ask('/'), `user ${username}`);
  note({ isAdmitted: true, ...identityOf(root) });
  await noteAnonymous(async () => (await ask('/', { headers: { authorization: undefined } })).status === 200, note);
  const set = await clusterSettings(ask);
  await noteHealth(ask, set, note);
  note({ nodes: await nodesOf(ask) });
  await noteIndices(ask, context, { set, tried: { body: {}, document: { probe: true } } }, note);
};

function identityOf({ json, headers }: StoreAnswer): { readonly version?: string; readonly product?: string } {
  const version = optionalTextAt(json, 'version', 'number');
  if (headers['x-elastic-product'] === 'Elasticsearch' && version !== undefined) return { version };
  const distribution = optionalTextAt(json, 'version', 'distribution');
  if (distribution === undefined && version !== undefined) return { version };
  return {
    product:
      distribution === undefined ? 'a product other than Elasticsearch' : `${distribution} ${version ?? ''}`.trim(),
  };
}
