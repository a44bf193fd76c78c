import { ProbeFault } from '../../net/fault.ts';
import { storeUrl } from './address.ts';
import { type Ask, admitted, askedOf, openStore, type StoreAnswer, succeeded } from './client.ts';
import { isOfDify, probeName, singleCopies } from './dify.ts';
import type { Asked, CopiesFact, HealthFact, NodeFact } from './facts.ts';
import { at, entriesAt, listAt, numberAt, textAt } from './json.ts';
import type { Note, StoreProbe } from './probe.ts';
import { tryToWrite } from './written.ts';

/** Elasticsearch as its Python client uses it, which also refuses a server that is another product. */
export const probeElasticsearch: StoreProbe<'elasticsearch'> = async (store, context, note) => {
  const { username } = store.elasticsearch;
  const basic = Buffer.from(`${username}:${context.secret('password') ?? ''}`).toString('base64');
  const ask = await openStore(storeUrl(store), { authorization: `Basic ${basic}` }, context, note);
  const root = admitted(await ask('/'), `user ${username}`);
  note({ isAdmitted: true, ...identityOf(root) });
  note({ isOpen: (await ask('/', { headers: { authorization: undefined } })).status === 200 });
  const set = await clusterSettings(ask);
  note({ health: askedOf(await ask('/_cluster/health'), ({ json }) => withAllocation(healthOf(json), set)) });
  note({ nodes: await nodesOf(ask) });
  const settings = await ask('/_all/_settings/index.number_of_replicas,index.blocks.*?flat_settings=true');
  const isDifys = isOfDify(context.deployment);
  const copies = askedOf(settings, ({ json }) => copiesOf(json, isDifys));
  note({ copies, blocks: [...blockedIndices(settings.json, isDifys), ...clusterBlocks(set)] });
  await tryIndex(ask, probeName(context.deployment).toLowerCase(), copies, note);
};

function identityOf({ json, headers }: StoreAnswer): { readonly version?: string; readonly product?: string } {
  const version = textAt(json, 'version', 'number');
  if (headers['x-elastic-product'] === 'Elasticsearch' && version !== undefined) return { version };
  const distribution = textAt(json, 'version', 'distribution');
  if (distribution === undefined && version !== undefined) return { version };
  return {
    product:
      distribution === undefined ? 'something else than Elasticsearch' : `${distribution} ${version ?? ''}`.trim(),
  };
}

function healthOf(json: unknown): HealthFact {
  const status = textAt(json, 'status') ?? 'unknown';
  const unassigned = numberAt(json, 'unassigned_shards') ?? 0;
  const text = `${status}, ${unassigned} unassigned shards`;
  if (status === 'green') return { state: 'ready', text };
  // One node has nowhere to put copies: it is yellow as long as it is alone, which another check says.
  if (status === 'yellow' && numberAt(json, 'number_of_data_nodes') === 1)
    return { state: 'ready', text: 'yellow, as one node is' };
  return { state: status === 'red' ? 'down' : 'degraded', text };
}

async function nodesOf(ask: Ask): Promise<Asked<readonly NodeFact[]>> {
  const listed = askedOf(await ask('/_nodes/os'), ({ json }) => entriesAt(json, 'nodes'));
  if (!('seen' in listed)) return listed;
  const stats = await ask('/_nodes/stats/os,fs');
  const data = listed.seen.filter(([, node]) => listAt(node, 'roles').some(holdsContent));
  return { seen: data.map(([id, node]) => nodeOf(node, at(stats.json, 'nodes', id))) };
}

/** Dify's indices are placed on nodes of these roles. */
function holdsContent(role: unknown): boolean {
  return role === 'data' || role === 'data_content' || role === 'data_hot';
}

function nodeOf(node: unknown, stats: unknown): NodeFact {
  const version = textAt(node, 'version');
  const cpus = numberAt(node, 'os', 'allocated_processors');
  const memoryBytes = numberAt(stats, 'os', 'mem', 'total_in_bytes');
  const [total = 0, free = 0] = [
    numberAt(stats, 'fs', 'total', 'total_in_bytes'),
    numberAt(stats, 'fs', 'total', 'available_in_bytes'),
  ];
  return {
    name: textAt(node, 'name') ?? '',
    isUp: true,
    ...(version === undefined ? {} : { version }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(total === 0 ? {} : { diskBytes: total, diskUsed: 1 - free / total }),
  };
}

function copiesOf(settings: unknown, isDifys: (name: string) => boolean): CopiesFact {
  const own = entriesAt(settings).filter(([name]) => isDifys(name));
  const copies = own.map(
    ([name, one]) => [name, 1 + (numberAt(at(one, 'settings'), 'index.number_of_replicas') ?? 0)] as const,
  );
  return { single: singleCopies(new Map(copies)), collections: own.length };
}

/** Indices of Dify that take no writes; Elasticsearch sets that by itself on a node whose disk is nearly full. */
function blockedIndices(settings: unknown, isDifys: (name: string) => boolean): readonly string[] {
  const isBlocked = (one: unknown) =>
    entriesAt(one, 'settings').some(([key, value]) => BLOCKS.includes(key) && String(value) === 'true');
  const blocked = entriesAt(settings).filter(([name, one]) => isDifys(name) && isBlocked(one));
  return blocked.length === 0 ? [] : [`${blocked.length} indices of Dify are read-only, such as ${blocked[0]?.[0]}`];
}

const BLOCKS = ['index.blocks.read_only_allow_delete', 'index.blocks.read_only', 'index.blocks.write'];

type ClusterSettings = readonly (readonly [key: string, value: unknown])[];

/** What somebody set for the whole cluster, what is transient last, since it goes before the rest; empty where that is hidden. */
async function clusterSettings(ask: Ask): Promise<ClusterSettings> {
  const { json } = await ask('/_cluster/settings?flat_settings=true');
  return [...entriesAt(json, 'persistent'), ...entriesAt(json, 'transient')];
}

/** Left behind by a restart in turns: what is there stays green, and no copy is placed any more. Without any placement writing fails, which says it. */
function withAllocation(health: HealthFact, set: ClusterSettings): HealthFact {
  const key = 'cluster.routing.allocation.enable';
  const value = String(set.findLast(([name]) => name === key)?.[1] ?? 'all');
  if (health.state !== 'ready' || !['primaries', 'new_primaries'].includes(value)) return health;
  return { state: 'degraded', text: `${health.text}, and copies are not placed any more: ${key} is ${value}` };
}

function clusterBlocks(set: ClusterSettings): readonly string[] {
  return set
    .filter(([key, value]) => key.startsWith('cluster.blocks.read_only') && String(value) === 'true')
    .map(([key]) => `the cluster is read-only (${key})`);
}

/** An index with one document, and how many copies it gets: those of Dify's own get as many. */
async function tryIndex(ask: Ask, name: string, copies: Asked<CopiesFact>, note: Note): Promise<void> {
  const writes = await tryToWrite({
    how: 'made an index with one document and removed it',
    name,
    make: async () => {
      const made = succeeded(await ask(`/${name}?wait_for_active_shards=1&timeout=4s`, { method: 'PUT', body: {} }));
      if (at(made.json, 'shards_acknowledged') === false) {
        throw new ProbeFault(
          'use',
          'NO_SHARD',
          'no shard of a new index is placed: every data node may be full or shut out',
        );
      }
      const settings = await ask(`/${name}/_settings/index.number_of_replicas?flat_settings=true`);
      const replicas = numberAt(at(settings.json, name, 'settings'), 'index.number_of_replicas');
      if ('seen' in copies && replicas !== undefined)
        note({ copies: { seen: { ...copies.seen, ofNew: replicas + 1 } } });
      succeeded(await ask(`/${name}/_doc?timeout=4s`, { method: 'POST', body: { probe: true } }));
    },
    remove: async () => {
      succeeded(await ask(`/${name}`, { method: 'DELETE', isCleanup: true }));
    },
  });
  note({ writes });
}
