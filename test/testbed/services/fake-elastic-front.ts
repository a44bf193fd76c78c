import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from './fake-http.ts';
import type { Certificate } from './tls.ts';

/**
 * The state of a proxy in front of a real Elasticsearch or OpenSearch: the features that its jars lack, and faults.
 * Tests can change it at any time.
 */
export interface ElasticFrontState {
  /** The version on the page at `/`. Undefined: the server's own page. */
  version: string | undefined;
  /** `opensearch`: reports that distribution, and sends no Elastic header. */
  distribution: 'elasticsearch' | 'opensearch';
  isOpen: boolean;
  /** True if cluster and nodes are hidden, as by a managed service. */
  hidesCluster: boolean;
  /** True if the first node has no plugin k-NN. */
  lacksKnn: boolean;
  /** The reported share of used disk space. The machine's own is not reported. */
  diskUsed: number;
}

export interface ElasticFront extends FakeHttp {
  readonly state: ElasticFrontState;
}

export const ELASTIC_PASSWORD = 'Elastic-secret';
/** The password of a user who may only read. */
export const READER_PASSWORD = 'Reader-secret';

const HEALTHY = { isOpen: false, hidesCluster: false, lacksKnn: false, diskUsed: 0.3 };

export function healthyElasticFront(): ElasticFrontState {
  return { ...HEALTHY, version: '8.14.3', distribution: 'elasticsearch' };
}

export function healthyOpensearchFront(): ElasticFrontState {
  return { ...HEALTHY, version: undefined, distribution: 'opensearch' };
}

/**
 * Forwards requests to a real server, and adds what its security module and its root page would add. `host`: the address
 * to listen on.
 */
export async function startElasticFront(
  upstream: string,
  certificate?: Certificate,
  state = healthyElasticFront(),
  host?: string,
): Promise<ElasticFront> {
  const server = await startFakeHttp((request) => answer(request, upstream, state), certificate, host);
  return { ...server, state };
}

async function answer(request: FakeRequest, upstream: string, state: ElasticFrontState): Promise<FakeAnswer> {
  const shown = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString('utf8');
  const isReader = shown === `elastic:${READER_PASSWORD}`;
  const isKnown = state.isOpen || isReader || shown === `elastic:${ELASTIC_PASSWORD}`;
  if (!isKnown)
    return refused(401, shown === '' ? 'missing authentication credentials' : 'unable to authenticate user [elastic]');
  if (isReader && request.method !== 'GET') {
    return refused(403, `action [indices:admin/create] is unauthorized for user [elastic] with roles [reader]`);
  }
  if (state.hidesCluster && /^\/_(cluster|nodes)/.test(request.path))
    return refused(410, 'is not available when running in serverless mode');
  const product: Record<string, string> =
    state.distribution === 'elasticsearch' ? { 'x-elastic-product': 'Elasticsearch' } : {};
  if (request.path === '/' && state.version !== undefined) {
    const distribution = state.distribution === 'opensearch' ? { distribution: 'opensearch' } : {};
    return { headers: product, json: { name: 'node1', version: { number: state.version, ...distribution } } };
  }
  const response = await passOn(request, upstream);
  const json: unknown = await response.json();
  return {
    status: response.status,
    headers: product,
    json: changed(request.path, json, state),
  };
}

function changed(path: string, json: unknown, { diskUsed, lacksKnn }: ElasticFrontState): unknown {
  if (path === '/_nodes/stats/os,fs') return withDisks(json, diskUsed);
  return path === '/_nodes/plugins' && lacksKnn ? withoutPlugins(json) : json;
}

function withoutPlugins(listed: unknown): Stats {
  const nodes = Object.entries((listed as Stats).nodes);
  return {
    nodes: Object.fromEntries(nodes.map(([id, node], index) => [id, index === 0 ? { ...node, plugins: [] } : node])),
  };
}

function refused(status: number, reason: string): FakeAnswer {
  return { status, json: { error: { type: 'security_exception', reason }, status } };
}

function passOn({ method, path, query, body }: FakeRequest, upstream: string): Promise<Response> {
  const url = `${upstream}${path}${query.size === 0 ? '' : `?${query}`}`;
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method, headers, ...(body.length === 0 ? {} : { body: new Uint8Array(body) }) });
}

interface Stats {
  readonly nodes: Readonly<Record<string, { readonly fs?: object }>>;
}

function withDisks(stats: unknown, used: number): Stats {
  const { nodes } = stats as Stats;
  const total = { total_in_bytes: 1e12, available_in_bytes: 1e12 * (1 - used) };
  return { nodes: Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, { ...node, fs: { total } }])) };
}
