import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

import type { Service, ServiceOptions } from './service.ts';

/** Starts a server that accepts TCP connections and sends nothing: an open port, nothing more. */
export async function startListener(options: ServiceOptions = {}): Promise<Service> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.listen({ host: options.bind ?? '127.0.0.1', port: options.port ?? 0 });
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { host: address, port, stop };
}
