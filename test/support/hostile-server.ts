import { createServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';

/** Called when a connection opens (`turn` 0, no data) and each time it receives data (`turn` 1, 2, …). */
export type Behaviour = (socket: Socket, turn: number, data: Buffer) => void;

/** Servers on loopback with a given behaviour, closed after each test. */
export function hostileServers(): (behaviour: Behaviour) => Promise<number> {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  return async (behaviour) => {
    const { port, close } = await serveHostile(behaviour);
    ends.push(close);
    return port;
  };
}

/** A server on a free port of loopback. */
export async function serveHostile(behaviour: Behaviour): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let turn = 1;
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (data) => behaviour(socket, turn++, data));
    behaviour(socket, 0, Buffer.alloc(0));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: address.port, close };
}

/** Writes the same bytes until the other side closes the connection. */
export function endless(socket: Socket, bytes: Uint8Array): void {
  const more = () => {
    while (!socket.destroyed && socket.write(bytes));
    if (!socket.destroyed) socket.once('drain', more);
  };
  more();
}
