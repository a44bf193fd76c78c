import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { shakeHands } from '../../../../src/evidence/app/outside/handshake.ts';
import { publicEntrypoint } from '../../../../src/evidence/app/outside/origins.ts';
import { pageLinks } from '../../../../src/evidence/app/outside/page-links.ts';
import { walk } from '../../../../src/evidence/app/outside/redirects.ts';
import { upload } from '../../../../src/evidence/app/outside/upload.ts';

const { signal } = new AbortController();
let server: Server | undefined;

async function serve(answer: RequestListener, onServer: (made: Server) => void = () => undefined) {
  const made = createServer(answer);
  server = made;
  onServer(made);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = made.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { address: '127.0.0.1', port, host: `127.0.0.1:${port}` };
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

const MIB = 2 ** 20;

describe('an upload of zeros', () => {
  test('is refused before a byte of it is sent', async () => {
    const place = await serve(
      () => undefined,
      (made) =>
        made.on('checkContinue', (_request, response) => {
          response.writeHead(413, { 'content-type': 'text/html' });
          response.end('<center>nginx</center>');
        }),
    );
    const { answer, ...rest } = await upload(place, { bytes: 100 * MIB, sends: true }, signal);
    expect(rest).toEqual({ announced: 100 * MIB, sent: 0 });
    expect(answer).toMatchObject({ status: 413, body: '<center>nginx</center>' });
  });

  test('arrives whole at a server that answers after it', async () => {
    let arrived = 0;
    const place = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => {
        arrived += chunk.length;
      });
      request.on('end', () => {
        response.writeHead(401, { 'content-type': 'application/json', 'x-version': '1.16.1' });
        response.end('{}');
      });
    });
    const bytes = 3 * MIB + 1;
    const sent = await upload(place, { bytes, sends: true }, signal);
    expect(sent).toMatchObject({ announced: bytes, sent: bytes, answer: { status: 401, version: '1.16.1' } });
    expect(arrived).toBe(bytes);
  });

  test('is only announced if nothing is to be sent', async () => {
    const place = await serve(() => undefined);
    expect(await upload(place, { bytes: MIB, sends: false }, signal)).toEqual({ announced: MIB, sent: 0 });
  });

  test('says why nothing answered', async () => {
    const place = await serve((request) => request.socket.destroy());
    expect(await upload(place, { bytes: MIB, sends: true }, signal)).toMatchObject({
      answer: { status: undefined, fault: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) },
    });
  });
});

describe('a WebSocket', () => {
  const path = '/socket.io/?EIO=4&transport=websocket';

  test('is accepted with the key of RFC 6455 only', async () => {
    const place = await serve(
      () => undefined,
      (made) =>
        made.on('upgrade', (_request, socket) => {
          socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
        }),
    );
    expect(await shakeHands(place, 'http://dify.example.com', signal)).toMatchObject({
      accepted: false,
      answer: { path, status: 101 },
    });
  });

  test('that is refused has the answer', async () => {
    const place = await serve((request, response) => {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(request.headers.origin);
    });
    expect(await shakeHands(place, 'http://dify.example.com', signal)).toEqual({
      accepted: false,
      answer: {
        path,
        status: 400,
        contentType: 'text/plain',
        version: '',
        location: '',
        body: 'http://dify.example.com',
        fault: undefined,
      },
    });
  });
});

describe('redirects', () => {
  const redirecting = (table: Readonly<Record<string, string>>) =>
    serve((request, response) => {
      const location = table[request.url ?? ''];
      response.writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location });
      response.end();
    });

  test.each([
    ['end at a page', { '/': '/apps', '/apps': '/signin' }, 'answer', 3],
    ['loop', { '/': '/apps', '/apps': '/#again' }, 'loop', 2],
    ['leave the host, which is not requested', { '/': 'http://other.example.com/' }, 'elsewhere', 1],
    ['name no address', { '/': 'http://[' }, 'answer', 1],
  ] as const)('%s', async (_, table, end, steps) => {
    const { host } = await redirecting(table as Readonly<Record<string, string>>);
    const result = await walk(`http://${host}/`, publicEntrypoint, signal);
    expect([result.end, result.steps.length]).toEqual([end, steps]);
  });
});

test('the sign-in page names the addresses that the browser uses', () => {
  const page =
    '<body data-api-prefix="http://dify.example.com/console/api" data-public-api-prefix="/api" data-env="http://x">';
  expect(pageLinks(page)).toEqual([{ attribute: 'data-api-prefix', url: 'http://dify.example.com/console/api' }]);
});
