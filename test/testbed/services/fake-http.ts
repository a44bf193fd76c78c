import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import type { Service } from './service.ts';
import type { Certificate } from './tls.ts';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON. Undefined if it is not valid JSON. */
  readonly json: unknown;
}

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON if `body` is undefined. */
  readonly json?: unknown;
  readonly body?: string | Buffer;
}

export interface FakeHttp extends Service {
  readonly url: string;
  /** The requests in order, such as `PUT /collections/x`. */
  readonly requests: readonly string[];
}

/**
 * Serves HTTP, or HTTPS with a certificate, with one function. The fakes of services that no registry offers and the
 * fronts of real servers use it. `host`: the address to listen on.
 */
export async function startFakeHttp(
  answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>,
  certificate?: Pick<Certificate, 'certFile' | 'keyFile'>,
  host = '127.0.0.1',
): Promise<FakeHttp> {
  const requests: string[] = [];
  const listener: RequestListener = async (incoming, outgoing) => {
    const request = await readRequest(incoming);
    requests.push(`${request.method} ${request.path}`);
    const { status = 200, headers = {}, json, body } = await answer(request);
    const type: Record<string, string> = body === undefined ? { 'content-type': 'application/json' } : {};
    outgoing.writeHead(status, { ...type, ...headers });
    outgoing.end(body ?? JSON.stringify(json ?? {}));
  };
  const server =
    certificate === undefined
      ? createServer(listener)
      : createSecureServer(
          { cert: await readFile(certificate.certFile), key: await readFile(certificate.keyFile) },
          listener,
        );
  server.listen({ host, port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const url = `${certificate === undefined ? 'http' : 'https'}://${host}:${port}`;
  return { host, port, url, requests, stop };
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk as Uint8Array));
  const body = Buffer.concat(chunks);
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const { method = 'GET', headers } = incoming;
  return { method, path: decodeURIComponent(url.pathname), query: url.searchParams, headers, body, json: jsonOf(body) };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
