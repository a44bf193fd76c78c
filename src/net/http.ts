import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { withinMs } from '../base/time-limit.ts';
import type { Dial } from './dial.ts';
import { faultOf, ProbeError } from './probe-error.ts';
import { assertTrusted, type CertificateFact, secure } from './tls.ts';

export interface HttpRequest {
  readonly method?: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Bytes of a body that is announced and never sent. A server that would accept the body answers with status 100. */
  readonly announced?: number;
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
  /** Milliseconds for connecting. Twice as many for the whole request. */
  readonly limitMs: number;
  /** Additional authorities to trust, PEM. */
  readonly ca?: string | undefined;
  /** True for clients that, once they have `ca`, trust no other authority. */
  readonly caAlone?: boolean;
  /** False if the deployment turns the verification of certificates off. Default: true. */
  readonly verify?: boolean;
  /** Bytes of the body that are kept. Default: 1 MiB. */
  readonly bodyLimit?: number;
}

const BODY_LIMIT = 1 << 20;

/**
 * Sends one HTTP request over the dial, on a connection of its own. Returns redirects like any other answer. Throws
 * ProbeError: `resolve`, `connect`, `tls`, or `use` if the server accepted the request and gave no answer.
 */
export async function requestHttp(request: HttpRequest, options: HttpOptions): Promise<HttpAnswer> {
  const { url } = request;
  const signal = withinMs(2 * options.limitMs, options.signal);
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const plain = await options.dial(url.hostname, port, { signal, limitMs: options.limitMs });
  try {
    if (!isSecure) return await exchange(plain, request, options.bodyLimit ?? BODY_LIMIT, signal);
    const { stream, certificate } = await secure(plain, {
      host: url.hostname,
      ca: options.ca,
      caAlone: options.caAlone === true,
      signal,
    });
    if (options.verify !== false) assertTrusted(certificate);
    return { ...(await exchange(stream, request, options.bodyLimit ?? BODY_LIMIT, signal)), certificate };
  } catch (error) {
    const { stage, code, text } = faultOf(error, 'use');
    throw new ProbeError(stage, code, text);
  } finally {
    plain.destroy();
  }
}

async function exchange(stream: Duplex, request: HttpRequest, limit: number, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await send(stream, request, signal);
  if (response === undefined) return { status: 100, headers: {}, body: Buffer.alloc(0) };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk as Uint8Array);
    chunks.push(bytes.subarray(0, limit - size));
    size += bytes.length;
    if (size >= limit) break;
  }
  const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
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
    if (announced === undefined) sent.end(body);
    else sent.flushHeaders();
  });
}

function lengthOf(body: string | Uint8Array | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}
