import type { ClientRequest, IncomingMessage } from 'node:http';
import { withinMs } from '../../../base/time-limit.ts';
import type { Answer } from '../answers.ts';
import { answerOf, type Entrypoint, open, silence } from '../ask.ts';

/** What became of one upload. */
export interface Upload {
  /** Bytes that the request announced. */
  readonly announced: number;
  /** Bytes of zeros that were sent. */
  readonly sent: number;
  /** Absent if the server refused nothing, but the upload was not sent whole: nothing answered by then. */
  readonly answer?: Answer;
}

interface UploadPlan {
  /** Bytes that the request announces. */
  readonly bytes: number;
  /** False: only announces the body. A server that refuses its size says so before it reads it. */
  readonly sends: boolean;
}

/** Dify's upload of a file in the console. Without a session it answers 401 and stores nothing. */
const UPLOAD_PATH = '/console/api/files/upload';
/** Milliseconds. A server that supports `Expect` (RFC 9110, section 10.1.1) answers at once; others wait for the body. */
const EXPECT_MS = 3_000;
/** Milliseconds for the body. A slow line must not hold up a run. */
const SEND_MS = 10_000;
const CHUNK = Buffer.alloc(65_536);

/**
 * Uploads zeros without a session. First announces the size and waits for the server's word; then sends the body chunk
 * by chunk until the server answers or the time is over. Throws only if `interrupt` is aborted.
 */
export async function upload(
  entrance: Entrypoint,
  { bytes, sends }: UploadPlan,
  interrupt: AbortSignal,
): Promise<Upload> {
  const limit = withinMs(EXPECT_MS + SEND_MS, interrupt);
  const headers = {
    'content-type': 'multipart/form-data; boundary=difyctl',
    'content-length': String(bytes),
    expect: '100-continue',
  };
  const request = open(entrance, { path: UPLOAD_PATH, method: 'POST', headers }, limit);
  const progress = { sent: 0 };
  const answer = answerTo(request, limit, interrupt);
  request.flushHeaders();
  try {
    const word = await Promise.race([answer, wordOf(request)]);
    if (word === 'continue' && sends) await Promise.race([answer, send(request, bytes, progress)]);
    const last = word === 'continue' && !sends ? undefined : await answer;
    return { announced: bytes, sent: progress.sent, ...(last === undefined ? {} : { answer: last }) };
  } finally {
    request.destroy();
  }
}

/** Resolves with `continue` if the server asks for the body, or does not answer the announcement. */
function wordOf(request: ClientRequest): Promise<'continue'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('continue'), EXPECT_MS);
    request.once('continue', () => resolve('continue'));
    request.once('close', () => clearTimeout(timer));
  });
}

/** The answer; undefined if there was none in time. */
function answerTo(request: ClientRequest, limit: AbortSignal, interrupt: AbortSignal): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (interrupt.aborted) reject(error);
      else resolve(limit.aborted ? undefined : silence(UPLOAD_PATH, error.code ?? error.message));
    };
    request.on('error', fail);
    request.on('response', (response: IncomingMessage) => {
      answerOf(UPLOAD_PATH, response).then(resolve, fail);
    });
    // The caller destroys the request if only the announcement counted.
    request.on('close', () => resolve(undefined));
  });
}

async function send(request: ClientRequest, bytes: number, progress: { sent: number }): Promise<void> {
  while (progress.sent < bytes && !request.destroyed) {
    const chunk = CHUNK.subarray(0, Math.min(CHUNK.length, bytes - progress.sent));
    const isTaken = request.write(chunk);
    progress.sent += chunk.length;
    if (!isTaken) await drained(request);
  }
  request.end();
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      request.removeListener('drain', done);
      request.removeListener('close', done);
      resolve();
    };
    request.once('drain', done);
    request.once('close', done);
  });
}
