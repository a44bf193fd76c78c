import { createHmac } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { relayDial } from '../../../src/evidence/relay/dial.ts';

const KEY = '00'.repeat(32);
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A relay that answers each request so; gives its port. */
function relay(answer: (socket: Socket, head: string) => void): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk) => answer(socket, chunk.toString()));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

const options = { signal: new AbortController().signal, limitMs: 2_000 };
const dialTo = async (answer: (socket: Socket, head: string) => void) => {
  const port = await relay(answer);
  return relayDial(async () => port, KEY);
};

describe('dialling through the relay', () => {
  it('gives a stream that begins with the bytes of the service, also if they came with the answer of the relay', async () => {
    const heads: string[] = [];
    const dial = await dialTo((socket, head) => {
      heads.push(head);
      socket.write('HTTP/1.1 200 OK\r\n\r\n+hello ');
      socket.end('there');
    });
    const stream = await dial('redis.example.test', 6379, options);
    const said: string[] = [];
    for await (const chunk of stream) said.push(String(chunk));
    expect(said.join('')).toBe('+hello there');
    const mac = createHmac('sha256', KEY).update('redis.example.test:6379').digest('hex');
    expect(heads[0]).toBe(`CONNECT redis.example.test:6379 HTTP/1.1\r\nX-Limit: 2000\r\nX-Mac: ${mac}\r\n\r\n`);
  });

  it('gives a stream that can be read later', async () => {
    const dial = await dialTo((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('data', (chunk) => socket.write(chunk));
    });
    const stream = await dial('echo.example.test', 7, options);
    const echoed = new Promise((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
    stream.write('ping');
    expect(await echoed).toBe('ping');
    stream.destroy();
  });

  it.each([
    ['HTTP/1.1 404 ENOTFOUND', 'resolve', 'ENOTFOUND', 'pg.example.test does not resolve'],
    ['HTTP/1.1 502 ECONNREFUSED', 'connect', 'ECONNREFUSED', 'refuses the connection: nothing listens on the port'],
    ['HTTP/1.1 504 ETIMEDOUT', 'connect', 'ETIMEDOUT', 'does not answer: a firewall drops it, or the address is wrong'],
    ['HTTP/1.1 502 EHOSTUNREACH', 'connect', 'EHOSTUNREACH', 'cannot be routed to (EHOSTUNREACH)'],
    ['garbage', 'connect', 'ECONNRESET', 'cannot be routed to (ECONNRESET)'],
  ])('reports the error of the relay: %s', async (answer, stage, code, text) => {
    const dial = await dialTo((socket) => void socket.end(`${answer}\r\n\r\n`));
    await expect(dial('pg.example.test', 5432, options)).rejects.toMatchObject({ fact: { stage, code, text } });
  });

  it('ends if the relay closes silently, and with its caller', async () => {
    const closing = await dialTo((socket) => void socket.end());
    await expect(closing('pg.example.test', 5432, options)).rejects.toMatchObject({ fact: { code: 'ECONNRESET' } });
    const silent = await dialTo(() => undefined);
    const aborted = { signal: AbortSignal.abort(), limitMs: 2_000 };
    await expect(silent('pg.example.test', 5432, aborted)).rejects.toMatchObject({ fact: { stage: 'connect' } });
  });

  it('sends only valid host names', async () => {
    const dial = relayDial(() => Promise.reject(new Error('asked')), KEY);
    await expect(dial('a b\r\n', 1, options)).rejects.toMatchObject({ fact: { stage: 'resolve' } });
  });
});
