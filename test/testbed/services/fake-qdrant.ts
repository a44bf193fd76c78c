import { createHash, randomBytes } from 'node:crypto';

import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts';
import type { Certificate } from './tls.ts';

interface QdrantPoint {
  readonly id: string;
  readonly vector: readonly number[];
  readonly payload: { readonly group_id: string };
}

/** The state of a fake Qdrant, including its faults. Tests can change it at any time. */
export interface QdrantState {
  version: string;
  isReady: boolean;
  /** Addresses of the peers. Empty: not in distributed mode. */
  peers: string[];
  /** Peers that consensus does not reach. */
  unreachable: string[];
  hasLeader: boolean;
  /** Replication factor by name. */
  collections: Record<string, number>;
  /** Points by collection; a collection without an entry has none. */
  points: Record<string, QdrantPoint[]>;
  /** Snapshots on the server, by `COLLECTION/NAME`. */
  snapshots: Record<string, Buffer>;
  /** Shards of each collection that this node does not have. */
  shardsElsewhere: number;
  machine: { cores: number; memoryGiB: number; diskGiB: number };
  /** True if it also answers without a key. */
  isOpen: boolean;
  /** True if the disk is full: it refuses a new collection. */
  isFull: boolean;
  /** True if cluster and telemetry are hidden, as by a managed service. */
  hidesCluster: boolean;
}

export interface FakeQdrant extends FakeHttp {
  readonly apiKey: string;
  readonly readOnlyKey: string;
  readonly state: QdrantState;
}

export function healthyQdrant(): QdrantState {
  return {
    version: '1.15.4',
    isReady: true,
    peers: ['http://qdrant-0:6335/', 'http://qdrant-1:6335/', 'http://qdrant-2:6335/'],
    unreachable: [],
    hasLeader: true,
    collections: { Vector_index_a1_Node: 2 },
    points: {},
    snapshots: {},
    shardsElsewhere: 0,
    machine: { cores: 8, memoryGiB: 64, diskGiB: 100 },
    isOpen: false,
    isFull: false,
    hidesCluster: false,
  };
}

/** Starts Qdrant's REST API (api.qdrant.tech), limited to the requests of a preflight and of copies. A snapshot is JSON. */
export async function startFakeQdrant(certificate?: Certificate): Promise<FakeQdrant> {
  const apiKey = randomBytes(16).toString('hex');
  const readOnlyKey = randomBytes(16).toString('hex');
  const state = healthyQdrant();
  const server = await startFakeHttp((request) => answer(request, state, { apiKey, readOnlyKey }), certificate);
  return { ...server, apiKey, readOnlyKey, state };
}

const ok = (result: unknown): FakeAnswer => ({ json: { result, status: 'ok', time: 0.001 } });
const error = (status: number, text: string): FakeAnswer => ({ status, json: { status: { error: text }, time: 0 } });

function answer(request: FakeRequest, state: QdrantState, keys: { apiKey: string; readOnlyKey: string }): FakeAnswer {
  const { method, path, headers, json } = request;
  if (path === '/') return { json: { title: 'qdrant - vector search engine', version: state.version } };
  if (path === '/readyz')
    return state.isReady ? { body: 'all shards are ready' } : { status: 503, body: 'some shards are not ready' };
  const key = headers['api-key'];
  const mayWrite = state.isOpen || key === keys.apiKey;
  if (!mayWrite && key !== keys.readOnlyKey) {
    return key === undefined
      ? { status: 401, body: 'Must provide an API key or an Authorization bearer token' }
      : { status: 401, body: 'Invalid API key or JWT' };
  }
  if (method !== 'GET' && !mayWrite) return error(403, 'Forbidden: Global manage access is required');
  if (state.hidesCluster && (path === '/cluster' || path === '/telemetry')) return error(403, 'Forbidden');
  if (path === '/cluster') return ok(clusterOf(state));
  if (path === '/telemetry') {
    const { cores, memoryGiB, diskGiB } = state.machine;
    return ok({ app: { system: { cores, ram_size: memoryGiB * 2 ** 20, disk_size: diskGiB * 2 ** 20 } } });
  }
  const [, , name, points, snapshot] = path.split('/');
  if (name === undefined) return ok({ collections: Object.keys(state.collections).map((one) => ({ name: one })) });
  if (points === 'snapshots') return snapshots(request, name, snapshot, state);
  if (points === 'cluster') {
    const local = [{ shard_id: 0, points_count: state.points[name]?.length ?? 0, state: 'Active' }];
    return ok({ peer_id: 1000, shard_count: 1 + state.shardsElsewhere, local_shards: local, remote_shards: [] });
  }
  if (points === 'points' && snapshot === 'count') return count(name, json, state);
  return collection(method, name, points, json as { replication_factor?: number } | undefined, state);
}

function count(name: string, json: unknown, state: QdrantState): FakeAnswer {
  if (state.collections[name] === undefined) return missing(name);
  const asked = json as { filter?: { must: { match: { value: string } }[] } };
  const dataset = asked.filter?.must[0]?.match.value;
  const found = (state.points[name] ?? []).filter(
    ({ payload }) => dataset === undefined || payload.group_id === dataset,
  );
  return ok({ count: found.length });
}

/** qdrant.tech/documentation/concepts/snapshots: create, download, delete, and recover from an uploaded file. */
function snapshots(request: FakeRequest, name: string, file: string | undefined, state: QdrantState): FakeAnswer {
  const { method, body, headers } = request;
  if (file === 'upload') {
    const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1];
    const text = body.toString('utf8');
    const content = text.slice(text.indexOf('\r\n\r\n') + 4, text.lastIndexOf(`\r\n--${boundary}--`));
    const { factor, points } = JSON.parse(content) as { factor: number; points: QdrantPoint[] };
    state.collections[name] = factor;
    state.points[name] = points;
    return ok(true);
  }
  const factor = state.collections[name];
  if (factor === undefined) return missing(name);
  const own = `${name}/${file}`;
  if (file === undefined && method === 'POST') {
    const content = Buffer.from(JSON.stringify({ factor, points: state.points[name] ?? [] }));
    const made = `${name}-1000-2026-11-22.snapshot`;
    state.snapshots[`${name}/${made}`] = content;
    const checksum = createHash('sha256').update(content).digest('hex');
    return ok({ name: made, creation_time: '2026-11-22T12:00:00', size: content.length, checksum });
  }
  const content = state.snapshots[own];
  if (content === undefined) return error(404, 'Not found: Snapshot');
  if (method === 'DELETE') {
    delete state.snapshots[own];
    return ok(true);
  }
  return { body: content };
}

const missing = (name: string): FakeAnswer => error(404, `Not found: Collection \`${name}\` doesn't exist!`);

function collection(
  method: string,
  name: string,
  points: string | undefined,
  body: { replication_factor?: number } | undefined,
  state: QdrantState,
): FakeAnswer {
  if (method === 'PUT' && points === undefined) {
    if (state.isFull)
      return error(
        500,
        'Service internal error: No space left on device: WAL buffer size exceeds available disk space',
      );
    state.collections[name] = body?.replication_factor ?? 1;
    return ok(true);
  }
  const factor = state.collections[name];
  if (factor === undefined) return missing(name);
  if (method === 'DELETE') {
    delete state.collections[name];
    delete state.points[name];
    return ok(true);
  }
  if (method === 'PUT') return ok({ operation_id: 0, status: 'completed' });
  return ok({ status: 'green', config: { params: { replication_factor: factor } } });
}

function clusterOf({ peers, unreachable, hasLeader }: QdrantState): unknown {
  if (peers.length === 0) return { status: 'disabled' };
  const ids = peers.map((uri, index) => [String(1000 + index), { uri }]);
  const failures = unreachable.map((uri) => [uri, { count: 7, latest_error: 'Failed to connect: transport error' }]);
  return {
    status: 'enabled',
    peer_id: 1000,
    peers: Object.fromEntries(ids),
    raft_info: {
      term: 4,
      commit: 12,
      pending_operations: 0,
      leader: hasLeader ? 1000 : null,
      role: 'Leader',
      is_voter: true,
    },
    consensus_thread_status: { consensus_thread_status: 'working', last_update: '2026-11-22T11:59:59Z' },
    message_send_failures: Object.fromEntries(failures),
  };
}
