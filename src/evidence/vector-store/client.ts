import { boundedJson } from '../../base/bounded-json.ts';
import { cut } from '../../base/cut.ts';
import { compact } from '../../base/json.ts';
import { listAt, optionalTextAt } from '../../base/json-path.ts';
import { withinMs } from '../../base/time-limit.ts';
import { requestHttp } from '../../net/http.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { assertTrusted, secure } from '../../net/tls.ts';
import type { Asked } from './facts.ts';
import { type Note, type StoreContext, trustOf } from './probe.ts';

/** Bytes of an answer; enough for the schemas of a thousand collections. */
const BODY_LIMIT = 8 << 20;
const SAID_LIMIT = 160;

export interface StoreAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Path without the query, for messages: `/v1/meta`. */
  readonly path: string;
  readonly body: Buffer;
  /** The body as JSON; undefined if it is not JSON. */
  readonly json: unknown;
  /** The beginning of the error in the body, or of the body; redacted. */
  readonly said: string;
}

interface StoreRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON; bytes and text are sent as they are. */
  readonly body?: unknown;
  /** Override the headers of every request; one that is undefined is not sent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** True for a cleanup, which is sent even after the probe's time limit. */
  readonly isCleanup?: boolean;
}

/** Sends one request to a store. Throws ProbeError if no answer comes; an answer of any status is returned. */
export type Ask = (path: string, request?: StoreRequest) => Promise<StoreAnswer>;

/**
 * A client of the store at `base` that sends `headers` with every request. Over https, the certificate is noted and
 * verified before any key is sent. Throws ProbeError: `resolve`, `connect` or `tls`.
 */
export async function openStore(
  base: URL,
  headers: Readonly<Record<string, string>>,
  context: StoreContext,
  note: Note,
): Promise<Ask> {
  if (base.protocol === 'https:') await readCertificate(base, context, note);
  return async (path, { method = 'GET', body, headers: more = {}, isCleanup = false } = {}) => {
    const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const type: Record<string, string> = isRaw ? {} : { 'content-type': 'application/json' };
    const answer = await requestHttp(
      {
        method,
        url: new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base),
        headers: compact({ ...headers, ...type, ...more }) as Readonly<Record<string, string>>,
        ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
      },
      {
        dial: context.dial,
        signal: isCleanup ? withinMs(2 * context.limitMs) : context.signal,
        limitMs: context.limitMs,
        ...trustOf(context),
        bodyLimit: BODY_LIMIT,
      },
    );
    const json = jsonOf(answer.body);
    const said = context.redact(saidIn(answer.body, json));
    return {
      status: answer.status,
      headers: answer.headers,
      path: path.split('?')[0] ?? path,
      body: answer.body,
      json,
      said,
    };
  };
}

/**
 * Notes the server's certificate; sends nothing. Throws ProbeError: `resolve`, `connect`, or `tls` if the certificate
 * is not trusted.
 */
export async function readCertificate(base: URL, context: StoreContext, note: Note): Promise<void> {
  const signal = withinMs(2 * context.limitMs, context.signal);
  const port = base.port === '' ? 443 : Number(base.port);
  const plain = await context.dial(base.hostname, port, { signal, limitMs: context.limitMs });
  try {
    const { certificate } = await secure(plain, { host: base.hostname, ...trustOf(context), signal });
    note({ certificate });
    assertTrusted(certificate);
  } finally {
    plain.destroy();
  }
}

/**
 * Returns the answer if its status is a success. Throws ProbeError otherwise: `login` for a refused key, `use` for the
 * rest.
 */
export function admitted(answer: StoreAnswer, what = 'the key'): StoreAnswer {
  const { status, path, said } = answer;
  if (status === 401 || status === 403) throw new ProbeError('login', String(status), `refuses ${what}: ${said}`);
  return succeeded({ ...answer, path });
}

/** Returns the answer if its status is a success. Throws ProbeError with stage `use` otherwise. */
export function succeeded(answer: StoreAnswer): StoreAnswer {
  const { status, path, said, headers } = answer;
  if (status >= 200 && status < 300) return answer;
  const where = headers.location === undefined ? '' : ` and redirects to ${headers.location}`;
  throw new ProbeError('use', String(status), `answers HTTP ${status} at ${path}${where}: ${said}`);
}

/** The result of one question; `hidden` if the store or the key's rights do not allow an answer. */
export function askedOf<T>(answer: StoreAnswer, read: (answer: StoreAnswer) => T): Asked<T> {
  const { status, path, said } = answer;
  if (HIDING.includes(status)) return { hidden: `HTTP ${status} at ${path}: ${said}` };
  if (status < 200 || status >= 300) {
    return { fault: { stage: 'use', code: String(status), text: `answers HTTP ${status} at ${path}: ${said}` } };
  }
  return { seen: read(answer) };
}

/** Missing right, missing object or missing method: managed services use any of these to hide something. */
const HIDING = [401, 403, 404, 405, 410, 501];

function jsonOf(body: Buffer): unknown {
  try {
    return boundedJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function saidIn(body: Buffer, json: unknown): string {
  const error =
    optionalTextAt(listAt(json, 'error')[0], 'message') ??
    optionalTextAt(json, 'error', 'reason') ??
    optionalTextAt(json, 'status', 'error') ??
    optionalTextAt(json, 'error') ??
    optionalTextAt(json, 'message') ??
    optionalTextAt(json, 'msg') ??
    cut(body.toString('utf8'), 4 * SAID_LIMIT);
  const words = error.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return words === '' ? 'nothing more' : cut(words, SAID_LIMIT);
}
