import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A loopback address that forwards to a server. While it is shut, existing connections are closed and new ones refused.
 */
export interface TcpDoor {
  readonly port: number;
  shut(): Promise<void>;
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts forwarding to `host:port`. */
export async function startTcpDoor(host: string, port: number): Promise<TcpDoor> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  };
  const listen = async (at: number): Promise<Server> => {
    const server = createServer((client) => {
      const through = keep(connect(port, host));
      keep(client).pipe(through).pipe(client);
      client.on('close', () => through.destroy());
      through.on('close', () => client.destroy());
    }).listen(at, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server: Server | undefined = await listen(0);
  const own = (server.address() as AddressInfo).port;
  const shut = async (): Promise<void> => {
    const closed = server === undefined ? undefined : once(server, 'close');
    server?.close();
    server = undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port: own,
    shut,
    open: async () => {
      server = await listen(own);
    },
    stop: shut,
  };
}
