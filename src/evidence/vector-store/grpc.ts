import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import { cut } from '../../base/cut.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Trust } from '../../net/custom-ca.ts';
import { faultOf, ProbeError } from '../../net/probe-error.ts';
import { assertTrusted, secure } from '../../net/tls.ts';
import type { GrpcFact } from './facts.ts';
import { type StoreContext, trustOf } from './probe.ts';
import { decodeMessage, encodeField, type Message } from './protobuf.ts';

export interface GrpcTarget extends GrpcFact {
  readonly isSecure: boolean;
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Those gRPC status codes that the probes distinguish. */
export const GRPC = { ok: 0, permissionDenied: 7, unimplemented: 12, unauthenticated: 16 } as const;

export interface GrpcAnswer {
  /** One of `GRPC`, or another gRPC status code. */
  readonly status: number;
  /** The server's message for a status other than 0, redacted. */
  readonly said: string;
  readonly message: Message;
}

/** Bytes of one answer to a probe: the default limit of gRPC's own clients. */
const ANSWER_LIMIT = 4 * 2 ** 20;

/** What a connection needs besides its target. */
export interface GrpcContext extends Pick<StoreContext, 'dial' | 'signal' | 'limitMs' | 'redact'>, Trust {
  /** Milliseconds for each answer. Default: `limitMs`. */
  readonly answerMs?: number;
  /** Bytes of one answer. Default: 4 MiB. */
  readonly answerLimit?: number;
}

/** One unary call: `/package.Service/Method`. Throws ProbeError with stage `use` if no gRPC answer comes. */
export type Call = (path: string, request?: Uint8Array, isCleanup?: boolean) => Promise<GrpcAnswer>;

/**
 * Opens one gRPC connection through the dial, runs `talk` and closes the connection. Throws what `talk` throws, and
 * ProbeError: `resolve`, `connect`, `tls`.
 */
export async function withGrpc<T>(
  target: GrpcTarget,
  context: GrpcContext,
  talk: (call: Call) => Promise<T>,
): Promise<T> {
  const { host, port, isSecure } = target;
  const { dial, limitMs, answerMs = limitMs, answerLimit = ANSWER_LIMIT } = context;
  const greeting = withinMs(2 * limitMs, context.signal);
  // The connection outlives the probe's time limit, so that objects can still be removed; each call has its own limit.
  const lifetime = new AbortController();
  const plain = await dial(host, port, { signal: lifetime.signal, limitMs });
  try {
    const stream = isSecure ? await agreeOnTls(plain, host, context, greeting) : plain;
    const session = connect(`${isSecure ? 'https' : 'http'}://${host}:${port}`, {
      createConnection: () => stream,
      settings: { enablePush: false, initialWindowSize: WINDOW },
    });
    session.once('connect', () => {
      if (!session.destroyed) session.setLocalWindowSize(WINDOW);
    });
    const broken = new Promise<never>((_, reject) => {
      // `on`, not `once`: several errors may come, and one without a listener ends the process.
      session.on('error', reject);
      session.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    });
    broken.catch(() => undefined);
    const call: Call = async (path, request = new Uint8Array(), isCleanup = false) => {
      const signal = isCleanup ? withinMs(answerMs) : withinMs(answerMs, context.signal);
      try {
        const answer = await Promise.race([unary({ session, target, signal, answerLimit }, path, request), broken]);
        return { ...answer, said: context.redact(answer.said) };
      } catch (error) {
        throw callFault(error);
      }
    };
    try {
      return await talk(call);
    } finally {
      session.destroy();
    }
  } finally {
    plain.destroy();
    lifetime.abort();
  }
}

/** Bytes that a server may send before difyctl confirms them. With HTTP/2's 64 KiB, a distant server is slow. */
const WINDOW = 2 ** 20;

async function agreeOnTls(plain: Duplex, host: string, context: GrpcContext, signal: AbortSignal): Promise<Duplex> {
  const { stream, certificate } = await secure(plain, { host, ...trustOf(context), alpn: ['h2'], signal });
  assertTrusted(certificate);
  return stream;
}

interface Exchange {
  readonly session: ClientHttp2Session;
  readonly target: GrpcTarget;
  readonly signal: AbortSignal;
  readonly answerLimit: number;
}

function unary(
  { session, target, signal, answerLimit }: Exchange,
  path: string,
  request: Uint8Array,
): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const head = { 'content-type': 'application/grpc', te: 'trailers', 'user-agent': 'difyctl' };
    const pseudo = { ':method': 'POST', ':path': path };
    const stream: ClientHttp2Stream = session.request({ ...pseudo, ...head, ...target.metadata });
    let answered: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    const late = () => {
      stream.close();
      reject(Object.assign(new Error('no answer'), { name: 'TimeoutError' }));
    };
    signal.addEventListener('abort', late, { once: true });
    if (signal.aborted) late();
    stream.on('response', (headers) => {
      answered = { ...answered, ...headers };
    });
    stream.on('trailers', (headers) => {
      answered = { ...answered, ...headers };
    });
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= answerLimit) return;
      stream.close();
      reject(new ProbeError('use', 'EMSGSIZE', `answers with more than ${answerLimit / 2 ** 20} MiB`));
    });
    stream.on('error', reject);
    stream.on('close', () => {
      signal.removeEventListener('abort', late);
      const status = answered['grpc-status'];
      if (typeof status !== 'string') {
        reject(new ProbeError('use', String(answered[':status'] ?? 'EPROTO'), notGrpc(answered[':status'])));
        return;
      }
      const said = cut(percentDecoded(String(answered['grpc-message'] ?? '')), 160);
      // Frame of a message: one byte (compressed or not) and four bytes of length.
      resolve({ status: Number(status), said, message: decodeMessage(Buffer.concat(chunks).subarray(5)) });
    });
    const length = Buffer.alloc(5);
    length.writeUInt32BE(request.length, 1);
    stream.end(Buffer.concat([length, request]));
  });
}

/** Decodes a percent-encoded gRPC message; returns any other text unchanged. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function notGrpc(status: unknown): string {
  return status === undefined
    ? 'accepts the call and closes it without an answer'
    : `answers HTTP ${String(status)} instead of gRPC`;
}

function callFault(error: unknown): ProbeError {
  const { stage, code, text } = faultOf(error, 'use');
  const isForeign = code.startsWith('ERR_HTTP2') || code === 'ECONNRESET';
  return new ProbeError(stage, code, isForeign ? `answers, but does not speak gRPC (${code})` : text);
}

const SERVING = 1;

/** A method that only one product implements and that is harmless with an empty request. */
interface Kind {
  readonly name: string;
  readonly method: string;
}

/**
 * Runs gRPC's own health check, then a call of `method`. Throws ProbeError if the port is closed, the server does not
 * speak gRPC or does not serve, it is another product, or it refuses the key.
 */
export function checkGrpc(target: GrpcTarget, context: StoreContext, { name, method }: Kind): Promise<GrpcFact> {
  return withGrpc(target, context, async (call) => {
    const { status, said, message } = await call('/grpc.health.v1.Health/Check', encodeField(1, ''));
    // UNIMPLEMENTED is a gRPC answer too: the server serves, without the health service.
    if (status !== GRPC.ok && status !== GRPC.unimplemented)
      throw new ProbeError('use', String(status), `answers gRPC status ${status}: ${said}`);
    if (status === GRPC.ok && message.number(1) !== SERVING) {
      throw new ProbeError('use', String(message.number(1)), 'answers the gRPC health check with: not serving');
    }
    const known = await call(method);

    if (known.status === GRPC.unimplemented)
      throw new ProbeError('use', String(known.status), `speaks gRPC, but is not ${name}: it does not know ${method}`);
    // Weaviate reports it only in the message, with the status of any error.
    if (known.status === GRPC.unauthenticated || /unauthorized|unauthenticated|api.key/i.test(known.said))
      throw new ProbeError('use', String(known.status), `refuses the key that HTTP accepts: ${known.said}`);
    return { host: target.host, port: target.port };
  });
}
