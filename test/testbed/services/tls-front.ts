import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';

import type { Service } from './service.ts';
import type { Certificate } from './tls.ts';

/**
 * Starts a server that terminates TLS with this certificate, on the same address as the server behind it, and forwards
 * the bytes.
 */
export async function startTlsFront(certificate: Certificate, to: number, host = '127.0.0.1'): Promise<Service> {
  const sockets = new Set<Socket>();
  const [cert, key] = await Promise.all([readFile(certificate.certFile), readFile(certificate.keyFile)]);
  const server = createServer({ cert, key }, (socket) => {
    const behind = connect(to, host);
    pipeline(socket, behind, socket, () => undefined);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // A client that rejects the certificate closes the connection during the handshake.
  server.on('tlsClientError', () => undefined);
  server.listen(0, host);
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
