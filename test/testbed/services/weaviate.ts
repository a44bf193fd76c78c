import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import path from 'node:path';

import { freePair, freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { ensure } from '../provision/ensure.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  type ServiceProcess,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

export interface WeaviateOptions extends ServiceOptions {
  /** Default: a random one. */
  readonly apiKey?: string;
  /** Nodes of one cluster, joined by gossip. Default: 1. */
  readonly nodes?: number;
  /** More settings of Weaviate, for every node. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real Weaviate. */
export interface WeaviateService extends Service {
  readonly url: string;
  readonly grpcPort: number;
  readonly apiKey: string;
  /** A key that may only read. */
  readonly readOnlyKey: string;
  /** Kills one node permanently, like a lost machine. */
  kill(node: number): Promise<void>;
}

const USER = 'hello@dify.ai';
const READER = 'reader@dify.ai';

interface Node {
  readonly name: string;
  readonly port: number;
  readonly grpcPort: number;
  readonly gossip: number;
  readonly raft: number;
  readonly profiling: number;
}

/** Starts a Weaviate server of one or more nodes. Its address is that of the first node. */
export async function startWeaviate(options: WeaviateOptions = {}): Promise<WeaviateService> {
  const { weaviate } = await ensure(['weaviate']);
  const folder = await serviceFolder('weaviate');
  const host = options.bind ?? '127.0.0.1';
  const apiKey = options.apiKey ?? randomBytes(12).toString('hex');
  const readOnlyKey = randomBytes(12).toString('hex');
  const nodes = await planNodes(options);
  const processes: ServiceProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map((server) => server.end()));
    await removeFolder(folder);
  };
  try {
    for (const node of nodes) {
      const server = await startProcess({
        name: node.name,
        file: weaviate,
        args: ['--scheme=http', `--host=${host}`, `--port=${node.port}`],
        folder,
        env: {
          ...clusterSettings(node, nodes),
          PERSISTENCE_DATA_PATH: path.join(folder, node.name),
          DEFAULT_VECTORIZER_MODULE: 'none',
          DISABLE_TELEMETRY: 'true',
          AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false',
          AUTHENTICATION_APIKEY_ENABLED: 'true',
          AUTHENTICATION_APIKEY_ALLOWED_KEYS: `${apiKey},${readOnlyKey}`,
          AUTHENTICATION_APIKEY_USERS: `${USER},${READER}`,
          AUTHORIZATION_ADMINLIST_ENABLED: 'true',
          AUTHORIZATION_ADMINLIST_USERS: USER,
          AUTHORIZATION_ADMINLIST_READONLY_USERS: READER,
          ...options.settings,
        },
      });
      processes.push(server);
      // A node that joins fails at once if the gossip port of the first one is not open yet.
      if (node !== nodes.at(-1)) await server.ready(() => takesConnections(node.gossip));
    }
    // They elect a leader together, so none is ready before the others have started.
    const isReady = async ({ port }: Node) =>
      (await fetch(`http://${host}:${port}/v1/.well-known/ready`)).ok ? true : undefined;
    await Promise.all(nodes.map((node, index) => processes[index]?.ready(() => isReady(node))));
  } catch (error) {
    await stop();
    throw error;
  }
  const [first] = nodes;
  if (first === undefined) throw new Error('a Weaviate of no nodes');
  const kill = async (node: number): Promise<void> => processes[node]?.end('SIGKILL');
  const { port, grpcPort } = first;
  return { host, port, url: `http://${host}:${port}`, grpcPort, apiKey, readOnlyKey, kill, stop };
}

/** True if a server listens on the loopback port, otherwise undefined. */
function takesConnections(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: true | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(undefined));
  });
}

async function planNodes(options: WeaviateOptions): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  const taken = new Set<number>();
  for (let index = 0; index < (options.nodes ?? 1); index += 1) {
    const port = index === 0 ? await servicePort(options) : ((await freePorts(1, taken))[0] ?? 0);
    taken.add(port);
    const [grpcPort = 0, profiling = 0] = await freePorts(2, taken);
    const gossip = await freePair(new Set([...taken, grpcPort, profiling]));
    const raft = await freePair(new Set([...taken, grpcPort, profiling, gossip, gossip + 1]));
    for (const used of [grpcPort, profiling, gossip, gossip + 1, raft, raft + 1]) taken.add(used);
    nodes.push({ name: `node${index + 1}`, port, grpcPort, profiling, gossip, raft });
  }
  return nodes;
}

function clusterSettings(node: Node, all: readonly Node[]): Record<string, string> {
  const [first] = all;
  const joins = first === undefined || first === node ? {} : { CLUSTER_JOIN: `127.0.0.1:${first.gossip}` };
  return {
    // Makes nodes use the loopback address. Otherwise Weaviate detects an address of the machine, and an IPv6 one would
    // stop it.
    CLUSTER_ADVERTISE_ADDR: '127.0.0.1',
    CLUSTER_IN_LOCALHOST: 'true',
    CLUSTER_HOSTNAME: node.name,
    // On loopback, a node expects its peers' second port right after the first.
    CLUSTER_GOSSIP_BIND_PORT: String(node.gossip),
    CLUSTER_DATA_BIND_PORT: String(node.gossip + 1),
    ...joins,
    RAFT_PORT: String(node.raft),
    RAFT_INTERNAL_RPC_PORT: String(node.raft + 1),
    RAFT_JOIN: all.map(({ name, raft }) => `${name}:${raft}`).join(','),
    RAFT_BOOTSTRAP_EXPECT: String(all.length),
    GRPC_PORT: String(node.grpcPort),
    GO_PROFILING_PORT: String(node.profiling),
  };
}
