import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

import { ensure } from '../provision/ensure.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

/** A real Milvus Lite: Milvus' gRPC API from one process, without users and without metrics of nodes. */
export interface MilvusLiteService extends Service {
  readonly url: string;
  /** Runs a command of milvus.py, Dify's client, on a collection. Returns its output. */
  pymilvus(command: 'fill' | 'look' | 'release', collection: string): Promise<string>;
}

const CLIENT = fileURLToPath(new URL('milvus.py', import.meta.url));

export async function startMilvusLite(options: ServiceOptions = {}): Promise<MilvusLiteService> {
  const programs = await ensure(['milvus-lite']);
  const folder = await serviceFolder('milvus-lite');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const server = await startProcess({
    name: 'milvus-lite',
    file: programs['milvus-lite'],
    args: ['server', '--data-dir', path.join(folder, 'data'), '--host', host, '--port', String(port)],
    folder,
  });
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  try {
    await server.ready(() => listens(host, port));
  } catch (error) {
    await stop();
    throw error;
  }
  const url = `http://${host}:${port}`;
  const python = path.join(path.dirname(programs['milvus-lite']), 'python3');
  const pymilvus: MilvusLiteService['pymilvus'] = async (command, collection) =>
    (await execa(python, [CLIENT, url, command, collection], { stdin: 'ignore' })).stdout;
  return { host, port, url, pymilvus, stop };
}

function listens(host: string, port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
