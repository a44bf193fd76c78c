import { randomBytes } from 'node:crypto';
import path from 'node:path';

import { freePair, freePorts } from '../cluster/ports.ts';
import { ensure } from '../provision/ensure.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

export interface WeaviateOptions extends ServiceOptions {
  /** Default: a random one. */
  readonly apiKey?: string;
}

/** A real Weaviate. */
export interface WeaviateService extends Service {
  readonly url: string;
  readonly grpcPort: number;
  readonly apiKey: string;
}

const USER = 'hello@dify.ai';

/** Starts a Weaviate server of one node. */
export async function startWeaviate(options: WeaviateOptions = {}): Promise<WeaviateService> {
  const { weaviate } = await ensure(['weaviate']);
  const folder = await serviceFolder('weaviate');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const apiKey = options.apiKey ?? randomBytes(12).toString('hex');
  const [grpc = 0, profiling = 0] = await freePorts(2, new Set([port]));
  const gossip = await freePair(new Set([port, grpc, profiling]));
  const raft = await freePair(new Set([port, grpc, profiling, gossip, gossip + 1]));
  const server = await startProcess({
    name: 'weaviate',
    file: weaviate,
    args: ['--scheme=http', `--host=${host}`, `--port=${port}`],
    folder,
    env: {
      PERSISTENCE_DATA_PATH: path.join(folder, 'data'),
      DEFAULT_VECTORIZER_MODULE: 'none',
      DISABLE_TELEMETRY: 'true',
      AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: 'false',
      AUTHENTICATION_APIKEY_ENABLED: 'true',
      AUTHENTICATION_APIKEY_ALLOWED_KEYS: apiKey,
      AUTHENTICATION_APIKEY_USERS: USER,
      AUTHORIZATION_ADMINLIST_ENABLED: 'true',
      AUTHORIZATION_ADMINLIST_USERS: USER,
      // One node that talks to itself by the loopback address: it finds its own address by itself, and an IPv6 one of
      // the machine's would stop it.
      CLUSTER_ADVERTISE_ADDR: '127.0.0.1',
      CLUSTER_IN_LOCALHOST: 'true',
      CLUSTER_HOSTNAME: 'node1',
      // On the loopback address a node looks for its peers' second port right after the first.
      CLUSTER_GOSSIP_BIND_PORT: String(gossip),
      CLUSTER_DATA_BIND_PORT: String(gossip + 1),
      RAFT_PORT: String(raft),
      RAFT_INTERNAL_RPC_PORT: String(raft + 1),
      RAFT_BOOTSTRAP_EXPECT: '1',
      GRPC_PORT: String(grpc),
      GO_PROFILING_PORT: String(profiling),
    },
  });
  const url = `http://${host}:${port}`;
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  try {
    await server.ready(async () => ((await fetch(`${url}/v1/.well-known/ready`)).ok ? true : undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, port, url, grpcPort: grpc, apiKey, stop };
}
