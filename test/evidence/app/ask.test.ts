import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { ask } from '../../../src/evidence/app/ask.ts';

const { signal } = new AbortController();
let server: Server | undefined;

async function serve(answer: RequestListener): Promise<number> {
  const made = createServer(answer);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = made.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

describe('ask', () => {
  test('returns the answer, and requests as the public host', async () => {
    const port = await serve((request, response) => {
      response.writeHead(401, { 'content-type': 'application/json', 'x-version': '1.16.1' });
      response.end(JSON.stringify({ host: request.headers.host, path: request.url }));
    });
    const answer = await ask({ address: '127.0.0.1', port, host: 'dify.example.com' }, '/v1/info?a=b', signal);
    expect(answer).toEqual({
      path: '/v1/info?a=b',
      status: 401,
      contentType: 'application/json',
      version: '1.16.1',
      location: '',
      body: '{"host":"dify.example.com","path":"/v1/info?a=b"}',
      fault: undefined,
    });
  });

  test('reads the beginning of an endless stream', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: x\n\n'.repeat(100));
    });
    const answer = await ask({ address: '127.0.0.1', port, host: 'x' }, '/', signal);
    expect(answer).toMatchObject({ status: 200, body: expect.stringMatching(/^data: x/) });
    expect(answer.body).toHaveLength(400);
  });

  test('repeats the request if a proxy found no server yet', async () => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked++;
      response.writeHead(asked < 2 ? 502 : 200);
      response.end('ok');
    });
    expect(await ask({ address: '127.0.0.1', port, host: 'x' }, '/', signal)).toMatchObject({ status: 200 });
    expect(asked).toBe(2);
  });

  test('gives the reason if no server answered', async () => {
    const port = await serve(() => undefined);
    server?.close();
    expect(await ask({ address: '127.0.0.1', port, host: 'x' }, '/', signal)).toMatchObject({
      status: undefined,
      fault: 'ECONNREFUSED',
    });
  });

  test('throws if it is interrupted', async () => {
    const own = new AbortController();
    const port = await serve(() => own.abort());
    await expect(ask({ address: '127.0.0.1', port, host: 'x' }, '/', own.signal)).rejects.toThrow();
  });
});
