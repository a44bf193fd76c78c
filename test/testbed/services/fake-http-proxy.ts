import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

import type { Service } from './service.ts';

/** An HTTP proxy with only CONNECT (RFC 9110, 9.3.6). */
export interface FakeHttpProxy extends Service {
  readonly url: string;
  /** The requested targets in order, such as `pypi.org:443`. */
  readonly asked: readonly string[];
}

/** Connects every CONNECT to 127.0.0.1:`port`, or refuses it with this status. */
export async function startFakeHttpProxy(
  to: { readonly port: number } | { readonly status: number },
): Promise<FakeHttpProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, answer) => answer.writeHead(400).end());
  server.on('connect', ({ url = '' }, client: Socket) => {
    asked.push(url);
    sockets.add(client);
    client.on('error', () => client.destroy());
    if ('status' in to) {
      client.end(`HTTP/1.1 ${to.status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const server = connect(to.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(server).pipe(client);
    });
    server.on('error', () => client.destroy());
    sockets.add(server);
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    for (const socket of sockets) socket.destroy();
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}`, asked, stop };
}
