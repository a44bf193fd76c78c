import { cut } from '../../../base/cut.ts';
import { at, entriesAt, listAt, numberAt, optionalTextAt, textAt } from '../../../base/json-path.ts';
import { faultOf } from '../../../net/probe-error.ts';
import { storeUrl } from '../address.ts';
import { noteAnonymous } from '../anonymous.ts';
import { type Ask, admitted, askedOf, openStore, type StoreAnswer, succeeded } from '../client.ts';
import { isOfDify, lowestSetting, probeName, singleCopies } from '../dify.ts';
import type { Asked, CopiesFact, GrpcFact, HealthFact, NodeFact, StoreOf } from '../facts.ts';
import { checkGrpc } from '../grpc.ts';
import type { StoreContext, StoreProbe } from '../probe.ts';
import { probeWrite } from '../write-probe.ts';

/** The most collections whose settings are requested one by one. */
const MOST_COLLECTIONS = 50;
const KIB = 1024;

/** Probes Qdrant over HTTP, and over gRPC if the file names its port. */
export const probe: StoreProbe<'qdrant'> = async (store, context, note) => {
  const key = context.secret('apiKey');
  const headers: Record<string, string> = key === undefined ? {} : { 'api-key': key };
  const ask = await openStore(storeUrl(store), headers, context, note);
  const ready = await ask('/readyz');
  note({ health: { seen: healthOf(ready) } });
  const listed = admitted(await ask('/collections'), key === undefined ? 'a client without a key' : 'the API key');
  note({ isAdmitted: true });
  const listKeyless = () => ask('/collections', { headers: { 'api-key': undefined } });
  await noteAnonymous(async () => (await listKeyless()).status === 200, note);
  const root = await ask('/');
  const version = optionalTextAt(root.json, 'version');
  note(version === undefined ? { product: 'a product other than Qdrant' } : { version });
  const { grpcPort } = store.qdrant;
  if (grpcPort !== undefined) note({ grpc: await grpcOf(store, grpcPort, headers, context) });
  const cluster = await ask('/cluster');
  const machine = askedOf(await ask('/telemetry?details_level=1'), ({ json }) => machineOf(json));
  note({ nodes: askedOf(cluster, ({ json }) => nodesOf(json, 'seen' in machine ? machine.seen : {})) });
  const consensus = cluster.status === 200 ? consensusHealth(cluster.json) : undefined;
  if (consensus !== undefined && ready.status === 200) note({ health: { seen: consensus } });
  const names = listAt(listed.json, 'result', 'collections').map((one) => textAt(one, 'name'));
  const ofNew = lowestSetting(context.deployment, 'QDRANT_REPLICATION_FACTOR', context.tier === 'prod' ? 2 : 1);
  note({ copies: await copiesOf(ask, names.filter(isOfDify(context.deployment)), ofNew) });
  note({ writes: await tryCollection(ask, probeName(context.deployment), ofNew) });
};

/** Servers before 1.5 have no /readyz: their 404 counts as ready. */
function healthOf({ status, path, said }: StoreAnswer): HealthFact {
  if (status === 200 || status === 404) return { state: 'ready', text: 'ready' };
  return { state: 'down', text: `answers HTTP ${status} at ${path}: ${said}` };
}

/** From qdrant.proto. */
const QDRANT = { name: 'Qdrant', method: '/qdrant.Qdrant/HealthCheck' };

async function grpcOf(
  { qdrant }: StoreOf<'qdrant'>,
  port: number,
  metadata: Readonly<Record<string, string>>,
  context: StoreContext,
): Promise<Asked<GrpcFact>> {
  const { hostname, protocol } = new URL(qdrant.url);
  try {
    return {
      seen: await checkGrpc({ host: hostname, port, isSecure: protocol === 'https:', metadata }, context, QDRANT),
    };
  } catch (error) {
    return { fault: faultOf(error, 'use') };
  }
}

/** Hardware of the peer that answered; Qdrant reports KiB. */
function machineOf(telemetry: unknown): Partial<NodeFact> {
  const system = at(telemetry, 'result', 'app', 'system');
  const [cpus, memory, disk] = [numberAt(system, 'cores'), numberAt(system, 'ram_size'), numberAt(system, 'disk_size')];
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memoryBytes: memory * KIB }),
    ...(disk === undefined ? {} : { diskBytes: disk * KIB }),
  };
}

/** One node without distributed mode; otherwise every peer, down if consensus cannot reach it. */
function nodesOf(answer: unknown, machine: Partial<NodeFact>): readonly NodeFact[] {
  const cluster = at(answer, 'result');
  if (textAt(cluster, 'status') !== 'enabled') return [{ name: 'the only node', isUp: true, ...machine }];
  const self = String(at(cluster, 'peer_id') ?? '');
  const failures = new Map(entriesAt(cluster, 'message_send_failures'));
  return entriesAt(cluster, 'peers').map(([id, peer]) => {
    const uri = optionalTextAt(peer, 'uri') ?? id;
    const failure = failures.get(uri);
    const text = optionalTextAt(failure, 'latest_error') ?? 'consensus does not reach the node';
    return {
      name: uri,
      isUp: failure === undefined,
      ...(failure === undefined ? {} : { text: cut(text, 100) }),
      ...(id === self ? machine : {}),
    };
  });
}

/** Why the cluster has no consensus; undefined if it has. */
function consensusHealth(answer: unknown): HealthFact | undefined {
  const cluster = at(answer, 'result');
  if (textAt(cluster, 'status') !== 'enabled') return undefined;
  const thread = optionalTextAt(cluster, 'consensus_thread_status', 'consensus_thread_status');
  if (thread !== undefined && thread !== 'working') {
    return {
      state: 'down',
      text: `its consensus is ${thread.replaceAll('_', ' ')}: no collection can be created or changed`,
    };
  }
  if (at(cluster, 'raft_info', 'leader') === null) return { state: 'down', text: 'the cluster has no leader' };
  return undefined;
}

async function copiesOf(ask: Ask, names: readonly string[], ofNew: number): Promise<Asked<CopiesFact>> {
  const factors = new Map<string, number>();
  for (const name of names.slice(0, MOST_COLLECTIONS)) {
    const answer = await ask(`/collections/${encodeURIComponent(name)}`);
    const factor = askedOf(
      answer,
      ({ json }) => numberAt(json, 'result', 'config', 'params', 'replication_factor') ?? 1,
    );
    if (!('seen' in factor)) return factor;
    factors.set(name, factor.seen);
  }
  return { seen: { ofNew, single: singleCopies(factors), collections: names.length } };
}

/** Creates a collection with one point, as Dify does. In a cluster this also needs consensus, and disk space. */
function tryCollection(ask: Ask, name: string, copies: number) {
  return probeWrite({
    how: 'created and deleted a collection with one point',
    name,
    create: async () => {
      const body = { vectors: { size: 2, distance: 'Cosine' }, replication_factor: copies };
      succeeded(await ask(`/collections/${name}`, { method: 'PUT', body }));
    },
    use: async () => {
      const points = [{ id: 1, vector: [0.1, 0.2] }];
      succeeded(await ask(`/collections/${name}/points?wait=true`, { method: 'PUT', body: { points } }));
    },
    remove: async () => {
      succeeded(await ask(`/collections/${name}`, { method: 'DELETE', isCleanup: true }));
    },
  });
}
