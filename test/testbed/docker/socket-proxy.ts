import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';

import type { JsonObject } from '../../../src/base/json.ts';
import { type DockerHost, hostPaths } from './host.ts';
import { withStartInterval } from './start-interval.ts';

const CREATE = /^(?:\/v[\d.]+)?\/containers\/create(?:\?|$)/;

/** The Docker host behind a proxy of this process, which gives the health checks of new containers a start interval. */
interface ProxiedDocker {
  readonly docker: DockerHost;
  stop(): void;
}

/** Starts a proxy between clients and the engine of the host. It changes only the creation of containers. */
export async function startSocketProxy(docker: DockerHost): Promise<ProxiedDocker> {
  const { socket: engine, run } = hostPaths(docker.name);
  const socket = path.join(run, `proxy-${randomBytes(3).toString('hex')}.sock`);
  const streams = new Set<Duplex>();
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, (incoming, answer) => {
    forward(engine, incoming, answer).catch(() => answer.destroy());
  });
  server.on('upgrade', (incoming, client, head) => {
    streams.add(client.on('close', () => streams.delete(client)));
    connectStreams(engine, incoming, client, head);
  });
  server.listen(socket);
  await once(server, 'listening');
  const url = `unix://${socket}`;
  return {
    docker: { ...docker, url, env: { ...docker.env, DOCKER_HOST: url } },
    stop: () => {
      server.close();
      server.closeAllConnections();
      for (const one of streams) one.destroy();
    },
  };
}

async function forward(engine: string, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { method, url = '' } = incoming;
  const isCreate = method === 'POST' && CREATE.test(url);
  const body = isCreate ? await changedBody(incoming) : undefined;
  const headers = body === undefined ? incoming.headers : withLength(incoming.headers, body.length);
  const outgoing = request({ socketPath: engine, method, path: url, headers });
  answer.on('close', () => outgoing.destroy());
  outgoing.on('error', () => answer.destroy());
  outgoing.on('response', (response) => {
    const { connection: _, ...kept } = response.headers;
    answer.writeHead(response.statusCode ?? 0, kept);
    // A client waits for the headers before it acts, such as those of `wait`, whose body comes later.
    answer.flushHeaders();
    response.on('error', () => answer.destroy()).pipe(answer);
  });
  if (body === undefined) incoming.pipe(outgoing);
  else outgoing.end(body);
}

function withLength({ 'transfer-encoding': _, ...headers }: IncomingHttpHeaders, length: number): IncomingHttpHeaders {
  return { ...headers, 'content-length': String(length) };
}

async function changedBody(incoming: IncomingMessage): Promise<Buffer> {
  const container = JSON.parse(Buffer.concat(await incoming.toArray()).toString()) as JsonObject;
  return Buffer.from(JSON.stringify(withStartInterval(container)));
}

/** Connects the streams of an `exec` or `attach`. Each direction ends alone, because input often ends before output. */
function connectStreams(engine: string, incoming: IncomingMessage, client: Duplex, head: Buffer): void {
  const { method, url, rawHeaders } = incoming;
  const fields = rawHeaders.flatMap((text, index) => (index % 2 === 0 ? [`${text}: ${rawHeaders[index + 1]}`] : []));
  const through = connect({ path: engine, allowHalfOpen: true });
  client.on('error', () => through.destroy());
  through.on('error', () => client.destroy());
  through.write([`${method} ${url} HTTP/1.1`, ...fields, '', ''].join('\r\n'));
  through.write(head);
  client.pipe(through).pipe(client);
}
