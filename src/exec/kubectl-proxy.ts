import { rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { ExternalError, Interrupted } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import type { Runner, RunOptions } from './runner.ts';

/** Milliseconds. kubectl prints the line at once because it does not contact the cluster first. */
const READY_WITHIN_MS = 5_000;
/** The line on stdout that means the proxy is ready. If the kubeconfig has no user, kubectl prompts for one first. */
const SERVING = 'Starting to serve';
/** Milliseconds, longer than any run. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;

/** One request through a proxy. */
interface ProxyRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
}

/** A `kubectl proxy` that serves a socket in a folder of this user alone. */
export interface KubectlProxy {
  /** Returns the response; the caller reads its body. Throws ExternalError if the connection breaks. */
  send(request: ProxyRequest, signal: AbortSignal | undefined): Promise<IncomingMessage>;
  close(): Promise<void>;
}

/** A proxy that is started when it is needed. */
interface LazyProxy {
  /**
   * Starts the proxy unless it runs. Resolves to undefined if it cannot be started. Throws Interrupted if the signal is
   * aborted before the proxy serves.
   */
  open(signal?: AbortSignal): Promise<KubectlProxy | undefined>;
  /** Ends the proxy if it runs, and removes its folder. `open` starts another. */
  close(): Promise<void>;
}

/** `refused`: the HTTP methods that the proxy does not forward. */
export function lazyProxy(runner: Runner, kubeArgs: readonly string[], refused: readonly string[]): LazyProxy {
  let door: Promise<KubectlProxy | undefined> | undefined;
  let end = new AbortController();
  return {
    open: (signal) => {
      door ??= startProxy(runner, [...kubeArgs, 'proxy', `--reject-methods=${refused.join(',')}`], end.signal);
      return unlessAborted(door, signal);
    },
    close: async () => {
      const last = door;
      door = undefined;
      // Also ends a proxy that is not ready yet: a credential plugin may delay it for long.
      end.abort();
      end = new AbortController();
      await (await last)?.close();
    },
  };
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Interrupted('kubectl was interrupted'));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Returns undefined if the proxy did not start. */
async function startProxy(
  runner: Runner,
  args: readonly string[],
  end: AbortSignal,
): Promise<KubectlProxy | undefined> {
  const folder = await makeTemporaryFolder();
  const socketPath = join(folder, 'k');
  const own = new AbortController();
  let hear: (isServing: boolean) => void = () => undefined;
  const serving = new Promise<boolean>((resolve) => {
    hear = resolve;
  });
  const onStdout = (chunk: Buffer): void => {
    if (chunk.includes(SERVING)) hear(true);
  };
  const options: RunOptions = {
    signal: AbortSignal.any([own.signal, end]),
    timeoutMs: LIFETIME_MS,
    graceMs: 1_000,
    killWithParent: true,
    onStdout,
  };
  const ended = runner.run('kubectl', [...args, `--unix-socket=${socketPath}`, '--append-server-path'], options).then(
    () => hear(false),
    () => hear(false),
  );
  const timer = setTimeout(() => hear(false), READY_WITHIN_MS);
  const agent = new Agent({ keepAlive: true });
  const close = async (): Promise<void> => {
    agent.destroy();
    own.abort();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const isServing = await serving;
  clearTimeout(timer);
  if (isServing) return { send: (one, signal) => send({ socketPath, agent }, one, signal), close };
  await close();
  return undefined;
}

async function send(
  where: Pick<RequestOptions, 'socketPath' | 'agent'>,
  { method, path, body }: ProxyRequest,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const type = body === undefined ? {} : { 'content-type': body.type };
  const options = { ...where, method, path, headers: { host: 'localhost', ...type }, ...(signal && { signal }) };
  return new Promise((resolve, reject) => {
    request(options, resolve)
      .on('error', ({ message }) => reject(new ExternalError(`the connection to kubectl proxy broke: ${message}`)))
      .end(body?.text);
  });
}

/** Bytes that are read of an error response. The API server's are a few sentences. */
const REFUSAL_LIMIT = 65_536;

/** Reads the whole body of a response, or its first `limit` bytes. */
export async function bodyOf(response: IncomingMessage, limit = REFUSAL_LIMIT): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, limit);
}

/**
 * Returns the error output of kubectl for this error response: a Status is from the API server; any other body is from
 * the proxy, which could not reach the server.
 */
export function refusalText(body: string): string {
  const status = tryBoundedJson(body);
  return isObject(status) && typeof status.message === 'string'
    ? `Error from server (${String(status.reason ?? 'unknown')}): ${status.message}`
    : `Unable to connect to the server: ${body.trim()}`;
}
