import path from 'node:path';

import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { ensure } from '../provision/ensure.ts';
import { removeFolder, type Service, type ServiceProcess, serviceFolder, startProcess } from './service.ts';

/**
 * A real Elasticsearch or OpenSearch from its jars. It has no users, no TLS and, for Elasticsearch, no page at `/`:
 * their modules are not in Maven's registry or need much more than a test does. See fake-elastic-front.ts.
 */
export interface ElasticsearchService extends Service {
  readonly url: string;
  /** A folder that every node may use as a snapshot repository. */
  readonly repository: string;
  /** Sends a request as its administrator. Returns the JSON of the response. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Kills one node permanently, like a lost machine. */
  kill(node: number): Promise<void>;
}

const READY_MS = 90_000;

/** Starts a cluster of `nodes` data nodes. Only the first can be master. */
export async function startElasticsearch({
  nodes = 1,
  program = 'elasticsearch',
}: {
  readonly nodes?: number;
  readonly program?: 'elasticsearch' | 'opensearch';
} = {}): Promise<ElasticsearchService> {
  const { [program]: file } = await ensure([program]);
  const folder = await serviceFolder(program);
  const ports = await freePorts(2 * nodes, new Set());
  const transports = ports.slice(nodes);
  const processes: ServiceProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((server) => server.end()));
    await removeFolder(folder);
  };
  const port = ports[0] ?? 0;
  const url = `http://127.0.0.1:${port}`;
  const ask = async (method: string, at: string, body?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${at}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.json();
  };
  try {
    for (const [index, http] of ports.slice(0, nodes).entries()) {
      const settings = {
        'node.name': `node${index + 1}`,
        'node.roles': index === 0 ? 'master,data,ingest' : 'data,ingest',
        'http.port': http,
        'transport.port': transports[index],
        'discovery.seed_hosts': `127.0.0.1:${transports[0]}`,
        ...(index === 0 ? { 'cluster.initial_master_nodes': 'node1' } : {}),
        'path.data': path.join(folder, `data${index + 1}`),
        'path.logs': folder,
        'path.repo': path.join(folder, 'repository'),
        // The disk of this machine may be full.
        'cluster.routing.allocation.disk.threshold_enabled': false,
        'cluster.routing.rebalance.enable': 'none',
      };
      const args = [folder, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)];
      processes.push(await startProcess({ name: `node${index + 1}`, file, args, folder }));
    }
    await processes[0]?.ready(async () => {
      const answer = await fetch(`${url}/_cluster/health?wait_for_nodes=${nodes}&timeout=5s`, {
        signal: AbortSignal.timeout(READY_MS),
      });
      return answer.ok ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const kill = async (node: number): Promise<void> => processes[node]?.end('SIGKILL');
  return { host: '127.0.0.1', port, url, repository: path.join(folder, 'repository'), ask, kill, stop };
}
