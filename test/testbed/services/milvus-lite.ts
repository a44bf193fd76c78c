import { connect } from 'node:net';
import path from 'node:path';

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
}

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
  return { host, port, url: `http://${host}:${port}`, stop };
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
