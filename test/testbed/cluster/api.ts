import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';

/** The API server returned a status other than 2xx. */
class ApiError extends Error {
  readonly status: number;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 400)}`);
    this.name = 'ApiError';
    this.status = status;
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

/** The part of the Kubernetes API that the testbed itself calls. Tests use kubectl, like difyctl. */
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

  close(): void {
    this.#agent.destroy();
  }

  async #send(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    const { status, text } = await this.#exchange(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
      type,
    );
    if (status < 200 || status > 299) throw new ApiError(method, path, status, text);
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  #exchange(method: string, path: string, body: string | undefined, type: string) {
    const headers = {
      authorization: `Bearer ${this.#options.token}`,
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
