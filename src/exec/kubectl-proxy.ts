import { rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { ExternalError, Interrupted } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import { failureOf } from './failures.ts';
import { type RawGet, rawByProcess, toKubectlError } from './kubectl.ts';
import { lacksContext } from './missing-context.ts';
import type { Runner, RunOptions } from './runner.ts';

/** Milliseconds. kubectl prints the line at once because it does not contact the cluster first. */
const READY_WITHIN_MS = 5_000;
/** The line on stdout that means the proxy is ready. If the kubeconfig has no user, kubectl prompts for one first. */
const SERVING = 'Starting to serve';
/** Milliseconds, longer than any run. */
const LIFETIME_MS = 24 * 60 * 60 * 1000;
const READ_ONLY = ['--reject-methods=POST,PUT,PATCH,DELETE', '--append-server-path'];

/** One kubectl process for all reads of a run. */
export interface SharedReads {
  readonly get: RawGet;
  /** Starts the kubectl process before the first read. */
  begin(): void;
  /** Ends the kubectl process if one runs, and removes its folder. A later read starts a new one. */
  close(): Promise<void>;
}

/**
 * Returns reads through a single `kubectl proxy`, started at the first read: the credential plugin runs once, and a
 * read needs no process. The proxy serves a socket in a folder of this user alone and refuses every method except
 * reads. If it cannot be started, each read is a kubectl process of its own.
 */
export function sharedReads(runner: Runner, kubeArgs: readonly string[]): SharedReads {
  let door: Promise<Proxy | undefined> | undefined;
  let end = new AbortController();
  const each = rawByProcess(runner, kubeArgs);
  let hasAnswered = false;
  const begun = (): Promise<Proxy | undefined> => {
    door ??= startProxy(runner, kubeArgs, end.signal);
    return door;
  };
  return {
    get: async (path, hear, signal) => {
      const open = await begun();
      if (open === undefined) return each(path, hear, signal);
      let isHeard = false;
      const listen = (chunk: Buffer): void => {
        isHeard = true;
        hear(chunk);
      };
      try {
        await readThrough(open, path, listen, signal);
        hasAnswered = true;
      } catch (error) {
        if (isHeard || !(error instanceof ExternalError) || !isForKubectl(error, hasAnswered)) throw error;
        await each(path, hear, signal);
      }
    },
    begin: () => void begun(),
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

/**
 * Returns true if a kubectl process should repeat the read. The proxy does not report a missing context, but kubectl
 * does. The runner of that kubectl retries during an outage.
 */
function isForKubectl(error: ExternalError, hasAnswered: boolean): boolean {
  const { passes } = failureOf(error.stderr);
  return lacksContext(error) || passes === 'always' || (hasAnswered && passes === 'once-answered');
}

interface Proxy {
  readonly socketPath: string;
  readonly agent: Agent;
  close(): Promise<void>;
}

/** Returns undefined if the proxy did not start. */
async function startProxy(runner: Runner, kubeArgs: readonly string[], end: AbortSignal): Promise<Proxy | undefined> {
  const folder = await makeTemporaryFolder();
  const socketPath = join(folder, 'k');
  const own = new AbortController();
  let hear: (isServing: boolean) => void = () => undefined;
  const serving = new Promise<boolean>((resolve) => {
    hear = resolve;
  });
  const args = [...kubeArgs, 'proxy', `--unix-socket=${socketPath}`, ...READ_ONLY];
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
  const ended = runner.run('kubectl', args, options).then(
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
  if (isServing) return { socketPath, agent, close };
  await close();
  return undefined;
}

async function readThrough(
  { socketPath, agent }: Proxy,
  path: string,
  hear: (chunk: Buffer) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const answer = await ask({ socketPath, agent, path, ...(signal === undefined ? {} : { signal }) });
    if (answer.statusCode === 200) {
      for await (const chunk of answer) hear(chunk);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > REFUSAL_LIMIT) break;
    }
    throw refusal(path, Buffer.concat(chunks).toString('utf8', 0, REFUSAL_LIMIT));
  } catch (error) {
    if (signal?.aborted === true) throw new Interrupted('kubectl was interrupted');
    throw error;
  }
}

function ask(options: object): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ ...options, headers: { host: 'localhost' } }, resolve)
      .on('error', ({ message }) => reject(new ExternalError(`the connection to kubectl proxy broke: ${message}`)))
      .end();
  });
}

/** Bytes that are read of an error response. The API server's are a few sentences. */
const REFUSAL_LIMIT = 65_536;

/**
 * Returns the error in kubectl's words: a Status is from the API server; any other body is from the proxy, which could
 * not reach the server.
 */
function refusal(path: string, body: string): ExternalError {
  const status = tryBoundedJson(body);
  const said =
    isObject(status) && typeof status.message === 'string'
      ? `Error from server (${String(status.reason ?? 'unknown')}): ${status.message}`
      : `Unable to connect to the server: ${body.trim()}`;
  return toKubectlError(new ExternalError(said, { command: `kubectl get --raw ${path}`, stderr: [said] }));
}
