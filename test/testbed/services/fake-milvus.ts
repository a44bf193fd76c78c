import { once } from 'node:events';
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

import { decodeMessage, encodeField } from '../../../src/evidence/vector-store/protobuf.ts';
import type { Service } from './service.ts';

/** The state of a fake Milvus, including its faults. Tests can change it at any time. */
export interface MilvusState {
  version: string;
  isHealthy: boolean;
  /** `user:password` or a token with all rights; `reader` is one that may only read. */
  credentials: string;
  reader: string;
  isOpen: boolean;
  databases: string[];
  mode: 'STANDALONE' | 'DISTRIBUTED';
  /** The query nodes; `broken` are those in error. */
  queryNodes: string[];
  broken: string[];
  /** True if the metrics of nodes are hidden, as by a managed service. */
  hidesNodes: boolean;
  /** Answers to the next calls of a method, in place of its own. */
  answers: Record<string, Reply[]>;
}

export interface FakeMilvus extends Service {
  readonly url: string;
  readonly state: MilvusState;
  /** The collections that exist now. */
  readonly collections: Set<string>;
}

export function healthyMilvus(): MilvusState {
  return {
    version: 'v2.5.15',
    isHealthy: true,
    credentials: 'root:Milvus-secret',
    reader: 'reader:Reader-secret',
    isOpen: false,
    databases: ['default'],
    mode: 'DISTRIBUTED',
    queryNodes: ['querynode1', 'querynode2'],
    broken: [],
    hidesNodes: false,
    answers: {},
  };
}

/** An answer: a gRPC status with its words, or a message. */
interface Reply {
  readonly status?: number;
  readonly said?: string;
  readonly message?: Buffer;
}

/**
 * Starts Milvus' gRPC API (milvus-io/milvus-proto) with users, databases and nodes, limited to the requests of a
 * preflight, to those of `answers`, and to the list of collections.
 */
export async function startFakeMilvus(): Promise<FakeMilvus> {
  const state = healthyMilvus();
  const collections = new Set<string>();
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const method = String(headers[':path']).split('/').at(-1) ?? '';
      const shown = Buffer.from(String(headers.authorization ?? ''), 'base64').toString('utf8');
      send(stream, reply(method, Buffer.concat(chunks).subarray(5), shown, state, collections));
    });
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    for (const session of sessions) session.destroy();
    server.close();
    await closed;
  };
  return { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}`, state, collections, stop };
}

function send(stream: ServerHttp2Stream, { status = 0, said = '', message = Buffer.alloc(0) }: Reply): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': encodeURIComponent(said) }),
  );
  const length = Buffer.alloc(5);
  length.writeUInt32BE(message.length, 1);
  stream.end(status === 0 ? Buffer.concat([length, message]) : undefined);
}

/** A status of Milvus with an error, which is the whole answer or its first field. */
export const milvusStatus = (code: number, reason: string): Buffer =>
  Buffer.concat([encodeField(2, reason), encodeField(3, code)]);

function reply(method: string, body: Buffer, shown: string, state: MilvusState, collections: Set<string>): Reply {
  const isReader = shown === state.reader;
  if (!state.isOpen && shown !== state.credentials && !isReader) {
    return { status: 16, said: 'auth check failure, please check username and password are correct' };
  }
  const scripted = state.answers[method]?.shift();
  if (scripted !== undefined) return scripted;
  const request = decodeMessage(body);
  switch (method) {
    case 'GetVersion':
      return { message: encodeField(2, state.version) };
    case 'CheckHealth':
      return { message: state.isHealthy ? encodeField(2, 1) : encodeField(3, 'querynode 7: channel without a leader') };
    case 'ShowCollections': {
      const name = request.text(2);
      if (name === '' || state.databases.includes(name))
        return { message: Buffer.concat([...collections].map((one) => encodeField(2, one))) };
      return { message: encodeField(1, milvusStatus(800, `database not found[database=${name}]`)) };
    }
    case 'GetMetrics':
      if (state.hidesNodes) return { status: 7, said: 'PrivilegeGetMetrics: permission deny' };
      return { message: encodeField(2, JSON.stringify({ nodes_info: nodesOf(state) })) };
    case 'CreateCollection':
      if (isReader) return { status: 7, said: 'PrivilegeCreateCollection: permission deny to reader' };
      collections.add(request.text(3));
      return { message: Buffer.alloc(0) };
    case 'DropCollection':
      collections.delete(request.text(3));
      return { message: Buffer.alloc(0) };
    default:
      return { status: 12, said: `unknown method ${method}` };
  }
}

function nodesOf({ mode, queryNodes, broken }: MilvusState): unknown {
  return ['rootcoord', 'proxy', ...queryNodes].map((name) => ({
    infos: {
      name,
      type: name.replace(/\d+$/, ''),
      has_error: broken.includes(name),
      error_reason: broken.includes(name) ? 'connection refused' : '',
      hardware_infos: { cpu_core_count: 8, memory: 64 * 2 ** 30 },
      system_info: { deploy_mode: mode },
    },
  }));
}
