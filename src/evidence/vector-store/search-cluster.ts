import { at, entriesAt, listAt, numberAt, optionalTextAt, textAt } from '../../base/json-path.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { type Ask, askedOf, succeeded } from './client.ts';
import { isOfDify, probeName, singleCopies } from './dify.ts';
import type { Asked, CopiesFact, HealthFact, NodeFact } from './facts.ts';
import type { Note, StoreContext } from './probe.ts';
import { probeWrite } from './write-probe.ts';

/** The index that a probe creates, like one of Dify's. */
export interface TriedIndex {
  readonly body: object;
  readonly document: object;
}

/** Authorization header for a user and a password (RFC 7617). */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/**
 * Notes the health, including settings that prevent allocation of copies. `unusable`: why the whole cluster is useless
 * for Dify.
 */
export async function noteHealth(ask: Ask, set: ClusterSettings, note: Note, unusable?: string): Promise<void> {
  const health = askedOf(await ask('/_cluster/health'), ({ json }) => withAllocation(healthOf(json), set));
  note({
    health:
      unusable !== undefined && 'seen' in health
        ? { seen: { state: 'down', text: `${health.seen.text}; ${unusable}` } }
        : health,
  });
}

/** Notes copies and write blocks of Dify's indices, then creates an index and removes it. */
export async function noteIndices(
  ask: Ask,
  { deployment }: StoreContext,
  { set, tried }: { readonly set: ClusterSettings; readonly tried: TriedIndex },
  note: Note,
): Promise<void> {
  const settings = await ask('/_all/_settings/index.number_of_replicas,index.blocks.*?flat_settings=true');
  const isDifys = isOfDify(deployment);
  const copies = askedOf(settings, ({ json }) => copiesOf(json, isDifys));
  note({ copies, blocks: [...blockedIndices(settings.json, isDifys), ...clusterBlocks(set)] });
  await tryIndex(ask, probeName(deployment).toLowerCase(), { copies, tried }, note);
}

function healthOf(json: unknown): HealthFact {
  const status = optionalTextAt(json, 'status') ?? 'unknown';
  const unassigned = numberAt(json, 'unassigned_shards') ?? 0;
  const text = `${status}, ${unassigned} unassigned shards`;
  if (status === 'green') return { state: 'ready', text };
  // A single node cannot allocate copies and stays yellow; another check reports single nodes.
  if (status === 'yellow' && numberAt(json, 'number_of_data_nodes') === 1)
    return { state: 'ready', text: 'yellow, as expected with one node' };
  return { state: status === 'red' ? 'down' : 'degraded', text };
}

export async function nodesOf(ask: Ask): Promise<Asked<readonly NodeFact[]>> {
  const listed = askedOf(await ask('/_nodes/os'), ({ json }) => entriesAt(json, 'nodes'));
  if (!('seen' in listed)) return listed;
  const stats = await ask('/_nodes/stats/os,fs');
  const data = listed.seen.filter(([, node]) => listAt(node, 'roles').some(holdsContent));
  return { seen: data.map(([id, node]) => nodeOf(node, at(stats.json, 'nodes', id))) };
}

/** True for roles of nodes that hold Dify's indices. */
function holdsContent(role: unknown): boolean {
  return role === 'data' || role === 'data_content' || role === 'data_hot';
}

function nodeOf(node: unknown, stats: unknown): NodeFact {
  const version = optionalTextAt(node, 'version');
  const cpus = numberAt(node, 'os', 'allocated_processors');
  const memoryBytes = numberAt(stats, 'os', 'mem', 'total_in_bytes');
  const [total = 0, free = 0] = [
    numberAt(stats, 'fs', 'total', 'total_in_bytes'),
    numberAt(stats, 'fs', 'total', 'available_in_bytes'),
  ];
  return {
    name: textAt(node, 'name'),
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

/** Dify's indices that are read-only. The server blocks writes itself on a node whose disk is nearly full. */
function blockedIndices(settings: unknown, isDifys: (name: string) => boolean): readonly string[] {
  const isBlocked = (one: unknown) =>
    entriesAt(one, 'settings').some(([key, value]) => BLOCKS.includes(key) && String(value) === 'true');
  const blocked = entriesAt(settings).filter(([name, one]) => isDifys(name) && isBlocked(one));
  return blocked.length === 0 ? [] : [`${blocked.length} indices of Dify are read-only, such as ${blocked[0]?.[0]}`];
}

const BLOCKS = ['index.blocks.read_only_allow_delete', 'index.blocks.read_only', 'index.blocks.write'];

export type ClusterSettings = readonly (readonly [key: string, value: unknown])[];

/** Settings of the whole cluster; transient ones last, because they take precedence. Empty if they are hidden. */
export async function clusterSettings(ask: Ask): Promise<ClusterSettings> {
  const { json } = await ask('/_cluster/settings?flat_settings=true');
  return [...entriesAt(json, 'persistent'), ...entriesAt(json, 'transient')];
}

/**
 * Degraded if allocation of copies is disabled, which a rolling restart may leave behind: the cluster stays green, but
 * new copies are not allocated. If allocation is disabled entirely, the write probe fails.
 */
function withAllocation(health: HealthFact, set: ClusterSettings): HealthFact {
  const key = 'cluster.routing.allocation.enable';
  const value = String(set.findLast(([name]) => name === key)?.[1] ?? 'all');
  if (health.state !== 'ready' || !['primaries', 'new_primaries'].includes(value)) return health;
  return { state: 'degraded', text: `${health.text}, and the cluster no longer places copies: ${key} is ${value}` };
}

function clusterBlocks(set: ClusterSettings): readonly string[] {
  return set
    .filter(([key, value]) => key.startsWith('cluster.blocks.read_only') && String(value) === 'true')
    .map(([key]) => `the cluster is read-only (${key})`);
}

/** Creates an index with one document, and notes how many copies it gets: Dify's indices get as many. */
async function tryIndex(
  ask: Ask,
  name: string,
  { copies, tried }: { readonly copies: Asked<CopiesFact>; readonly tried: TriedIndex },
  note: Note,
): Promise<void> {
  const writes = await probeWrite({
    how: 'created and deleted an index with one document',
    name,
    create: async () =>
      succeeded(await ask(`/${name}?wait_for_active_shards=1&timeout=4s`, { method: 'PUT', body: tried.body })),
    use: async (made) => {
      if (at(made.json, 'shards_acknowledged') === false) {
        throw new ProbeError(
          'use',
          'NO_SHARD',
          'the cluster places no shard of a new index: every data node may be full or excluded',
        );
      }
      const settings = await ask(`/${name}/_settings/index.number_of_replicas?flat_settings=true`);
      const replicas = numberAt(at(settings.json, name, 'settings'), 'index.number_of_replicas');
      if ('seen' in copies && replicas !== undefined)
        note({ copies: { seen: { ...copies.seen, ofNew: replicas + 1 } } });
      succeeded(await ask(`/${name}/_doc?timeout=4s`, { method: 'POST', body: tried.document }));
    },
    remove: async () => {
      succeeded(await ask(`/${name}`, { method: 'DELETE', isCleanup: true }));
    },
  });
  note({ writes });
}
