import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { withinMs } from '../base/time-limit.ts';
import type { Dial } from './dial.ts';
import { faultOf, ProbeError } from './probe-error.ts';
import { assertTrusted, type CertificateFact, secure } from './tls.ts';

export interface HttpRequest {
  readonly method?: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | HttpStream;
  /** Bytes of a body that is announced and never sent. A server that would accept the body answers with status 100. */
  readonly announced?: number;
}

/** A body that is sent piece by piece, for files that do not fit into memory. */
export interface HttpStream {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Bytes of all pieces. */
  readonly length: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. Repeated headers are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The server's certificate, for https. */
  readonly certificate?: CertificateFact;
}

export interface HttpOptions {
  readonly dial: Dial;
  readonly signal: AbortSignal;
  /** Milliseconds for connecting. Twice as many for the whole request, unless `totalMs` is given. */
  readonly limitMs: number;
  /** Milliseconds for the whole request. */
  readonly totalMs?: number;
  /** Additional authorities to trust, PEM. */
  readonly ca?: string | undefined;
  /** True for clients that, once they have `ca`, trust no other authority. */
  readonly caAlone?: boolean;
  /** False if the deployment turns the verification of certificates off. Default: true. */
  readonly verify?: boolean;
  /** Bytes of the body that are kept. Default: 1 MiB. */
  readonly bodyLimit?: number;
  /** Receives the body of an answer with a status of success; `body` of the answer is then empty. */
  readonly onPiece?: (piece: Buffer) => Promise<void>;
}

const BODY_LIMIT = 1 << 20;

/**
 * Sends one HTTP request over the dial, on a connection of its own. Returns redirects like any other answer. Throws
 * ProbeError: `resolve`, `connect`, `tls`, or `use` if the server accepted the request and gave no answer.
 */
export async function requestHttp(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  const { url } = request;
  const signal = withinMs(options.totalMs ?? 2 * options.limitMs, options.signal);
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const plain = await options.dial(url.hostname, port, { signal, limitMs: options.limitMs });
  try {
    if (!isSecure) return await exchange(plain, request, options, signal);
    const { stream, certificate } = await secure(plain, {
      host: url.hostname,
      ca: options.ca,
      caAlone: options.caAlone === true,
      signal,
    });
    if (options.verify !== false) assertTrusted(certificate);
    return { ...(await exchange(stream, request, options, signal)), certificate };
  } catch (error) {
    const { stage, code, text } = faultOf(error, 'use');
    throw new ProbeError(stage, code, text);
  } finally {
    plain.destroy();
  }
}

async function exchange(
  stream: Duplex,
  request: HttpRequest,
  { bodyLimit: limit = BODY_LIMIT, onPiece }: HttpOptions,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const response = await send(stream, request, signal);
  if (response === undefined) return { status: 100, headers: {}, body: Buffer.alloc(0) };
  const { statusCode: status = 0 } = response;
  const isStreamed = onPiece !== undefined && status >= 200 && status < 300;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk as Uint8Array);
    if (isStreamed) {
      await onPiece(bytes);
      continue;
    }
    chunks.push(bytes.subarray(0, limit - size));
    size += bytes.length;
    if (size >= limit) break;
  }
  const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { status, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

/** Returns undefined if the server asks for the announced body. */
function send(stream: Duplex, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage | undefined> {
  const { url, method = 'GET', headers = {}, body, announced } = request;
  const length =
    announced === undefined ? lengthOf(body) : { 'content-length': String(announced), expect: '100-continue' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        createConnection: () => stream,
        method,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host, 'user-agent': 'difyctl', connection: 'close', ...length, ...headers },
        signal,
      },
      resolve,
    );
    // More than one error may occur, and an error without a listener ends the process.
    sent.on('error', reject);
    sent.once('continue', () => resolve(undefined));
    if (announced !== undefined) sent.flushHeaders();
    else if (isStream(body))
      Readable.from(body.pieces)
        .on('error', (error) => sent.destroy(error))
        .pipe(sent);
    else sent.end(body);
  });
}

function lengthOf(body: HttpRequest['body']): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-length': String(isStream(body) ? body.length : Buffer.byteLength(body)) };
}

function isStream(body: HttpRequest['body']): body is HttpStream {
  return typeof body === 'object' && 'pieces' in body;
}
