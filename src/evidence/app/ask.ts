import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest, type RequestOptions as SecureRequestOptions } from 'node:https';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  checkServerIdentity,
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import { cut } from '../../base/cut.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Answer } from './answers.ts';

/** Address and host name for requests. */
export interface Entrypoint {
  readonly address: string;
  readonly port: number;
  /** Host header, and the name that the certificate must be for. */
  readonly host: string;
  /** Trusted certificates; absent for plain HTTP. */
  readonly tls?: SecureContext;
  /** False if any certificate is accepted, because another check judges it. No secret is sent then. */
  readonly verifies?: false;
}

/** A request of its own kind; `ask` sends GET. */
interface OwnRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** https passes its options on to tls, which supports `secureContext`; the types of https do not declare it. */
type SecureRequest = SecureRequestOptions & { readonly secureContext: SecureContext };
/** Node supports `allowPartialTrustChain` since 20.18; its types do not declare it yet. */
type TrustOptions = SecureContextOptions & { readonly allowPartialTrustChain: boolean };

/** Trusts public authorities and this certificate (PEM), whoever issued it. */
export function trusting(certificate: string): SecureContext {
  const options: TrustOptions = { ca: [...rootCertificates, certificate], allowPartialTrustChain: true };
  return createSecureContext(options);
}

const BODY_LIMIT = 400;
const ANSWER_MS = 10_000;
/** A proxy that has just started may need a moment to resolve its upstream servers. */
export const ATTEMPTS = 3;
export const PAUSE_MS = 1_000;
const NOT_YET = new Set([502, 503, 504]);

/**
 * Requests one path. Tries up to three times if nothing answers or a proxy reaches no server (502, 503, 504). Keeps at
 * most `bodyLimit` characters of the body. Throws only if `interrupt` is aborted.
 */
export async function ask(
  entrance: Entrypoint,
  path: string,
  interrupt: AbortSignal,
  bodyLimit = BODY_LIMIT,
): Promise<Answer> {
  // One signal for each request: many requests would add too many listeners to a shared one.
  const signal = AbortSignal.any([interrupt]);
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce(entrance, path, signal, bodyLimit);
    if (isFinal(answer) || attempt === ATTEMPTS) return answer;
    await delay(PAUSE_MS, undefined, { signal });
  }
}

/** False if nothing answered, or a proxy that reached no server. */
export function isFinal({ status }: Answer): boolean {
  return status !== undefined && !NOT_YET.has(status);
}

function askOnce(entrance: Entrypoint, path: string, signal: AbortSignal, bodyLimit: number): Promise<Answer> {
  const limit = withinMs(ANSWER_MS, signal);
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (signal.aborted) reject(error);
      else
        resolve(
          silence(path, limit.aborted ? `no answer within ${ANSWER_MS / 1000} s` : (error.code ?? error.message)),
        );
    };
    const request = open(entrance, { path }, limit);
    request.on('response', (response) => {
      answerOf(path, response, bodyLimit).then(resolve, fail);
    });
    request.on('error', fail);
    request.end();
  });
}

/** Opens a request on a connection of its own. The caller adds listeners for `response` and `error`, and ends it. */
export function open(
  entrance: Entrypoint,
  { path, method = 'GET', headers = {} }: OwnRequest,
  signal: AbortSignal,
): ClientRequest {
  const options: RequestOptions = {
    host: entrance.address,
    port: entrance.port,
    path,
    method,
    agent: false,
    signal,
    headers: { host: entrance.host, accept: '*/*', 'user-agent': 'difyctl', connection: 'close', ...headers },
  };
  if (entrance.tls === undefined) return httpRequest(options);
  return httpsRequest({
    ...options,
    ...secured(entrance.host, entrance.tls),
    rejectUnauthorized: entrance.verifies !== false,
  });
}

/** Verifies the certificate for the public host's name, whatever address is requested. */
function secured(host: string, secureContext: SecureContext): SecureRequest {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return {
    secureContext,
    servername: isIP(name) === 0 ? name : '',
    checkServerIdentity: (_address, shown) => checkServerIdentity(name, shown),
  };
}

/** The answer with the beginning of its body. */
export async function answerOf(path: string, response: IncomingMessage, bodyLimit = BODY_LIMIT): Promise<Answer> {
  return answered(path, response, await read(response, bodyLimit));
}

async function read(response: IncomingMessage, bodyLimit: number): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    // An event stream does not end; only its beginning is needed.
    if (text.length >= bodyLimit) break;
  }
  // The mark of a cut counts towards the limit.
  return cut(text, bodyLimit - 1);
}

function answered(path: string, { statusCode, headers }: IncomingMessage, body: string): Answer {
  const header = (name: string): string => String(headers[name] ?? '');
  const hsts = header('strict-transport-security');
  return {
    path,
    status: statusCode,
    contentType: header('content-type'),
    version: header('x-version'),
    location: header('location'),
    body,
    fault: undefined,
    ...(hsts === '' ? {} : { hsts }),
  };
}

/** The answer of a server that did not answer. */
export function silence(path: string, fault: string): Answer {
  return { path, status: undefined, contentType: '', version: '', location: '', body: '', fault };
}
