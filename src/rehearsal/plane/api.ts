import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { createInterface } from 'node:readline';
import { boundedJson, tryBoundedJson } from '../../base/bounded-json.ts';
import { at, textAt } from '../../base/json-path.ts';

/** The API server returned a status other than 2xx. */
export class ApiError extends Error {
  readonly status: number;
  /** The message of the server's Status object; otherwise the start of the answer. */
  readonly said: string;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 400)}`);
    this.name = 'ApiError';
    this.status = status;
    this.said = textAt(tryBoundedJson(body), 'message') || body.slice(0, 400);
  }
}

export interface ApiOptions {
  readonly server: string;
  readonly caFile: string;
  readonly token: string;
}

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** A client of the throwaway API server. It never talks to another server. */
export class Api {
  readonly #options: ApiOptions;
  readonly #agent: Agent;

  private constructor(options: ApiOptions, ca: string) {
    this.#options = options;
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 8 });
  }

  /** A client that trusts only the authorities in `caFile`. */
  static async connect(options: ApiOptions): Promise<Api> {
    return new Api(options, await readFile(options.caFile, 'utf8'));
  }

  get(path: string): Promise<unknown> {
    return this.#send('GET', path);
  }

  create(path: string, body: object): Promise<unknown> {
    return this.#send('POST', path, body);
  }

  delete(path: string): Promise<unknown> {
    return this.#send('DELETE', path);
  }

  patch(path: string, body: object, type: keyof typeof PATCH_TYPES = 'merge'): Promise<unknown> {
    return this.#send('PATCH', path, body, PATCH_TYPES[type]);
  }

  /**
   * Calls `onEvent` with each event of a watch, beginning with the objects that exist, until `signal` is aborted.
   * Returns when the watch ends. `path` has no query.
   */
  async watch(path: string, onEvent: (type: string, object: unknown) => void, signal: AbortSignal): Promise<void> {
    const query = '?watch=1&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options: RequestOptions = { method: 'GET', headers: this.#headers(), agent: this.#agent, signal };
      const outgoing = request(new URL(path + query, this.#options.server), options, resolve);
      outgoing.on('error', reject);
      outgoing.end();
    });
    if (answer.statusCode !== 200) throw new ApiError('GET', path, answer.statusCode ?? 0, 'the watch was refused');
    try {
      for await (const line of createInterface({ input: answer })) {
        const event = boundedJson(line);
        onEvent(textAt(event, 'type'), at(event, 'object'));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#options.token}` };
  }

  async #send(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    const { status, text } = await this.#exchange(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
      type,
    );
    if (status < 200 || status > 299) throw new ApiError(method, path, status, text);
    return text.startsWith('{') ? boundedJson(text) : text;
  }

  #exchange(method: string, path: string, body: string | undefined, type: string) {
    const headers = {
      ...this.#headers(),
      ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
    };
    return new Promise<{ status: number; text: string }>((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.#options.server),
        { method, headers, agent: this.#agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
        },
      );
      outgoing.setTimeout(30_000, () => outgoing.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
