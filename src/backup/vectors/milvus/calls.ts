import { setTimeout as delay } from 'node:timers/promises';
import { ExternalError } from '../../../base/errors.ts';
import { withinMs } from '../../../base/time-limit.ts';
import {
  type Call,
  type GrpcAnswer,
  type GrpcContext,
  type GrpcTarget,
  withGrpc,
} from '../../../evidence/vector-store/grpc.ts';
import { bareStatus, MILVUS_SERVICE, milvusStatus } from '../../../evidence/vector-store/milvus.ts';
import { encodeField, type Message } from '../../../evidence/vector-store/protobuf.ts';
import { ProbeError } from '../../../net/probe-error.ts';

/** Milliseconds to connect, and for one answer. */
const CONNECT_MS = 15_000;
const ANSWER_MS = 10 * 60_000;
/** Bytes of one answer, which has a page of rows (rows.ts). */
const ANSWER_LIMIT = 256 * 2 ** 20;
/** Times that a call is repeated which the server limits, and the longest milliseconds between two. */
const REPEATS = 60;
const LONGEST_WAIT_MS = 5_000;

/** Codes of common.proto, then of merr in milvus-io/milvus. */
const LIMITED = [49, 8];
const NOT_FOUND = [4, 100];

/** Methods whose answer is only a status. */
const BARE = ['CreateCollection', 'DropCollection', 'CreateIndex', 'LoadCollection', 'ReleaseCollection'];

/** Sent even after the run was interrupted: it undoes what the run did. */
const UNDO = 'ReleaseCollection';

/** Where Milvus answers, and how to log in. */
export interface MilvusAccess extends Pick<GrpcContext, 'dial' | 'signal' | 'redact' | 'ca' | 'caAlone'> {
  /** `milvus at milvus.example.com:19530`, for messages. */
  readonly where: string;
  readonly target: GrpcTarget;
}

/** Calls of Milvus' API over one connection. Each throws ExternalError. */
export interface MilvusCalls {
  readonly where: string;
  readonly signal: AbortSignal;
  /** Throws ExternalError if the server answers with an error. Repeats a call that the server limits. */
  ask(method: string, request?: Uint8Array): Promise<Message>;
  /** The same, but returns undefined if the collection does not exist. */
  find(method: string, request: Uint8Array): Promise<Message | undefined>;
}

/**
 * Opens one connection and calls `use`. `isCleanup`: true for what removes something, and is sent even after the run
 * was interrupted. Throws what `use` throws, and ExternalError.
 */
export async function withMilvus<T>(
  access: MilvusAccess,
  use: (calls: MilvusCalls) => Promise<T>,
  isCleanup = false,
): Promise<T> {
  const { target, where, redact } = access;
  const signal = isCleanup ? withinMs(ANSWER_MS) : access.signal;
  signal.throwIfAborted();
  const context = { ...access, signal, limitMs: CONNECT_MS, answerMs: ANSWER_MS, answerLimit: ANSWER_LIMIT };
  try {
    return await withGrpc(target, context, (call) => use(callsOf(call, where, signal)));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProbeError)) throw error;
    const { text, code } = error.fact;
    throw new ExternalError(`${where} ${redact(text)}`, { timedOut: code === 'ETIMEDOUT', next: [NEXT] });
  }
}

const NEXT = 'difyctl preflight --only vector-store.* examines the vector store';

function callsOf(call: Call, where: string, signal: AbortSignal): MilvusCalls {
  const send = async (method: string, request?: Uint8Array): Promise<GrpcAnswer & { readonly code: number }> => {
    for (let repeat = 1; ; repeat += 1) {
      const answer = await call(`${MILVUS_SERVICE}/${method}`, request, method === UNDO);
      const { code, reason } = BARE.includes(method) ? bareStatus(answer) : milvusStatus(answer);
      const said = answer.said === '' ? reason : answer.said;
      if (!LIMITED.includes(code) || repeat > REPEATS) return { ...answer, said, code };
      await delay(Math.min(100 * 2 ** repeat, LONGEST_WAIT_MS), undefined, { signal });
    }
  };
  const done = (method: string, { status, code, said, message }: Awaited<ReturnType<typeof send>>): Message => {
    if (status === 0 && code === 0) return message;
    throw new ProbeError(
      'use',
      String(status || code),
      `refuses ${method} with ${status === 0 ? 'code' : 'gRPC status'} ${status || code}: ${said}`,
    );
  };
  return {
    where,
    signal,
    ask: async (method, request) => done(method, await send(method, request)),
    find: async (method, request) => {
      const answer = await send(method, request);
      return isMissing(answer) ? undefined : done(method, answer);
    },
  };
}

/** Before 2.3, Milvus has the reason only in words. */
function isMissing({ code, said }: { readonly code: number; readonly said: string }): boolean {
  return NOT_FOUND.includes(code) || (code === 1 && /can't find collection/i.test(said));
}

/** The pairs of names and values that many requests have, each as a field with this number. */
export function encodePairs(number: number, pairs: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    pairs.map(([key, value]) => encodeField(number, Buffer.concat([encodeField(1, key), encodeField(2, value)]))),
  );
}
