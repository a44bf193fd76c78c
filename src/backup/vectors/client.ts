import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { boundedJson } from '../../base/bounded-json.ts';
import { cut } from '../../base/cut.ts';
import { ExternalError } from '../../base/errors.ts';
import { optionalTextAt } from '../../base/json-path.ts';
import type { Redact } from '../../base/redact.ts';
import type { Trust } from '../../net/custom-ca.ts';
import type { Dial } from '../../net/dial.ts';
import { type HttpRequest, type HttpStream, requestHttp } from '../../net/http.ts';
import { ProbeError } from '../../net/probe-error.ts';

/** Bytes of one answer: a page of vectors. */
const BODY_LIMIT = 256 * 2 ** 20;
/** Milliseconds to connect, and for an answer that transfers no data. */
const CONNECT_MS = 15_000;
const ANSWER_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const SAID_LIMIT = 300;

/** Where a store answers, and how to log in. */
export interface StoreAccess {
  /** `weaviate at weaviate.example.com:8080`, for messages. */
  readonly where: string;
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly dial: Dial;
  readonly trust: Trust;
  readonly signal: AbortSignal;
  /** Removes the store's secrets from a text of the server. */
  readonly redact: Redact;
}

interface StoreRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Statuses besides success that are no error: 404 if the object may not exist. */
  readonly okStatuses?: readonly number[];
  /** True if the server answers only when it has copied data, which may take hours. */
  readonly isLong?: boolean;
  /** True for a request that removes something: it is sent even after the run was interrupted. */
  readonly isCleanup?: boolean;
}

interface StoreReply {
  readonly status: number;
  /** The body as JSON. Undefined if it is not JSON. */
  readonly json: unknown;
}

/** HTTP requests to one store, without the limits of a probe. Each method throws ExternalError. */
export interface StoreClient {
  readonly where: string;
  ask(path: string, request?: StoreRequest): Promise<StoreReply>;
  /** Writes an answer to a file (0600). Returns its SHA-256 in hexadecimal. */
  download(path: string, file: string): Promise<string>;
  /** Sends a file as the field `name` of a form (RFC 7578). */
  upload(path: string, name: string, file: string): Promise<StoreReply>;
}

/** Returns a client of the store. */
export function storeClient({ where, base, headers, dial, trust, signal, redact }: StoreAccess): StoreClient {
  const failed = (text: string, timedOut = false): ExternalError =>
    new ExternalError(`${where} ${redact(text)}`, { timedOut, next: [NEXT] });
  const send = async (
    path: string,
    request: Omit<HttpRequest, 'url'>,
    limits: {
      readonly totalMs: number;
      readonly isCleanup?: boolean;
      readonly onPiece?: (one: Buffer) => Promise<void>;
    },
    okStatuses: readonly number[] = [],
  ): Promise<StoreReply> => {
    const { isCleanup = false, ...rest } = limits;
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
    const ended = isCleanup ? new AbortController().signal : signal;
    ended.throwIfAborted();
    const answer = await requestHttp(
      { ...request, url, headers: { ...headers, ...request.headers } },
      { dial, signal: ended, limitMs: CONNECT_MS, bodyLimit: BODY_LIMIT, ...trust, ...rest },
    ).catch((error: unknown) => {
      ended.throwIfAborted();
      throw error instanceof ProbeError ? failed(error.fact.text, error.fact.code === 'ETIMEDOUT') : error;
    });
    const { status } = answer;
    const text = answer.body.toString('utf8');
    if ((status < 200 || status >= 300) && !okStatuses.includes(status))
      throw failed(`answers HTTP ${status} at ${path.split('?')[0]}: ${saidIn(text)}`);
    return { status, json: jsonOf(text) };
  };
  return {
    where,
    ask: (path, { method = 'GET', body, okStatuses, isLong = false, isCleanup = false } = {}) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_TYPE };
      return send(path, { method, ...sent }, { totalMs: isLong ? DAY_MS : ANSWER_MS, isCleanup }, okStatuses);
    },
    download: async (path, file) => {
      const hash = createHash('sha256');
      const handle = await open(file, 'wx', 0o600);
      try {
        const onPiece = async (piece: Buffer): Promise<void> => {
          hash.update(piece);
          await handle.write(piece);
        };
        await send(path, {}, { totalMs: DAY_MS, onPiece });
      } finally {
        await handle.close();
      }
      return hash.digest('hex');
    },
    upload: async (path, name, file) => {
      const { type, body } = await formOf(name, file);
      return send(path, { method: 'POST', body, headers: { 'content-type': type } }, { totalMs: DAY_MS });
    },
  };
}

const NEXT = 'difyctl preflight --only vector-store.* examines the vector store';
const JSON_TYPE = { 'content-type': 'application/json' };

/** A form with one file, which is read while it is sent. */
async function formOf(name: string, file: string): Promise<{ readonly type: string; readonly body: HttpStream }> {
  const boundary = `difyctl-${createHash('sha256').update(file).digest('hex').slice(0, 32)}`;
  const disposition = `content-disposition: form-data; name="${name}"; filename="${name}"`;
  const head = Buffer.from(`--${boundary}\r\n${disposition}\r\ncontent-type: application/octet-stream\r\n\r\n`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const { size } = await stat(file);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    for await (const piece of createReadStream(file)) yield piece as Uint8Array;
    yield tail;
  };
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: { pieces: pieces(), length: head.length + size + tail.length },
  };
}

function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return boundedJson(text);
  } catch {
    return undefined;
  }
}

/** The beginning of the error in an answer, in one line. */
function saidIn(text: string): string {
  const json = jsonOf(text);
  const said =
    optionalTextAt(json, 'error', 0, 'message') ??
    optionalTextAt(json, 'error', 'reason') ??
    optionalTextAt(json, 'status', 'error') ??
    optionalTextAt(json, 'error') ??
    optionalTextAt(json, 'message') ??
    text;
  const words = said.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return words === '' ? 'nothing more' : cut(words, SAID_LIMIT);
}
