import * as http from 'node:http';
import * as https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request that a client of a loop sends again and again. */
export interface LoopRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST';
  /** The only status that is no failure. */
  readonly status: number;
  /** True if the client reuses its connection. Otherwise each request has its own. */
  readonly keepAlive?: true;
}

const SLOW = { path: '/v1/chat-messages', method: 'POST', status: 401 } as const;

/** Requests to the api and the web server, on new and on kept connections. Two clients send requests that take seconds. */
export const ROLLED_REQUESTS: readonly LoopRequest[] = [
  { path: '/console/api/ping', status: 200, keepAlive: true },
  { path: '/signin', status: 200, keepAlive: true },
  { path: '/console/api/ping', status: 200 },
  { path: '/signin', status: 200 },
  { path: '/v1/completion-messages', method: 'POST', status: 401 },
  ...[SLOW, SLOW],
];

export interface LoopOptions {
  /** `http://127.0.0.1:8080`, or with `https`. */
  readonly base: string;
  /** The authority that the clients trust, in PEM. */
  readonly ca?: string;
  /** Value of the header `Host`. Default: that of `base`. */
  readonly host?: string;
  /** One client each. */
  readonly requests: readonly LoopRequest[];
}

/** The results of a loop. */
export interface LoopRecord {
  /** Number of answered requests. */
  readonly answered: number;
  /** Requests with another status, a broken answer or none: `time METHOD path: what happened`. */
  readonly failures: readonly string[];
  /** Requests that were sent again, because the server had closed the reused connection before (RFC 9110, 9.2.2). */
  readonly resent: number;
}

/** Clients that send requests until they are stopped. */
export interface RequestLoop {
  /** Resolves when every client has sent another request and got its answer, or a failure. */
  round(): Promise<void>;
  stop(): Promise<LoopRecord>;
}

/** Pause in ms between the requests of one client, so that the loop leaves the machine to the servers. */
const PACE_MS = 40;

/** Starts the clients. Every request counts, from the first one to those that are open when the loop is stopped. */
export function startRequestLoop({ base, ca, host, requests }: LoopOptions): RequestLoop {
  const stopped = new AbortController();
  const failures: string[] = [];
  const counts = { answered: 0, resent: 0 };
  const rounds = requests.map(() => 0);
  const url = new URL(base);
  const { Agent } = url.protocol === 'https:' ? https : http;
  const trust = ca === undefined ? {} : { ca, ...(host === undefined ? {} : { servername: host }) };
  const run = async (one: LoopRequest, index: number): Promise<void> => {
    const agent = new Agent({ keepAlive: one.keepAlive === true, maxSockets: 1, ...trust });
    const { path, method = 'GET' } = one;
    const headers = host === undefined ? {} : { host };
    const options = { protocol: url.protocol, hostname: url.hostname, port: url.port, path, method, headers, agent };
    while (!stopped.signal.aborted) {
      const began = new Date().toISOString();
      const outcome = await answer(options, method === 'GET' ? () => (counts.resent += 1) : undefined);
      if (outcome === one.status) counts.answered += 1;
      else failures.push(`${began} ${method} ${path}: ${outcome}`);
      rounds[index] = (rounds[index] ?? 0) + 1;
      await sleep(PACE_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
    agent.destroy();
  };
  const clients = Promise.all(requests.map(run));
  return {
    round: async () => {
      // The answer of a request that is open now counts, and so does that of the next one.
      const wanted = rounds.map((count) => count + 2);
      while (rounds.some((count, index) => count < (wanted[index] ?? 0))) await sleep(PACE_MS);
    },
    stop: async () => {
      stopped.abort();
      await clients;
      return { ...counts, failures };
    },
  };
}

/** Makes one loop of several, such as those of the ways in. */
export function together(loops: readonly RequestLoop[]): RequestLoop {
  return {
    round: async () => {
      await Promise.all(loops.map((loop) => loop.round()));
    },
    stop: async () => {
      const records = await Promise.all(loops.map((loop) => loop.stop()));
      return {
        answered: sum(records.map(({ answered }) => answered)),
        failures: records.flatMap(({ failures }) => failures),
        resent: sum(records.map(({ resent }) => resent)),
      };
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Makes the change between two rounds of a loop, and stops the loop. Throws what `change` throws. */
export async function changeUnder(loop: RequestLoop, change: () => Promise<void>): Promise<LoopRecord> {
  try {
    await loop.round();
    await change();
    await loop.round();
  } catch (error) {
    await loop.stop();
    throw error;
  }
  return loop.stop();
}

/**
 * Returns the status once the whole answer has arrived, or what happened instead. `onStale` is called if the server had
 * closed the reused connection; the request is then sent again. Without `onStale` it is not.
 */
async function answer(options: http.RequestOptions, onStale?: () => void): Promise<number | string> {
  const outcome = await new Promise<number | string>((resolve) => {
    const { request } = options.protocol === 'https:' ? https : http;
    const sent = request(options, (response) => {
      response.on('error', ({ message }) => resolve(`broken answer: ${message}`));
      response.on('close', () => resolve(response.complete ? (response.statusCode ?? 0) : 'broken answer'));
      response.resume();
    });
    sent.on('error', ({ message }) => resolve(sent.reusedSocket ? STALE : message));
    sent.end();
  });
  if (outcome !== STALE) return outcome;
  if (onStale === undefined) return 'the reused connection was closed';
  onStale();
  return answer(options, onStale);
}

const STALE = 'stale';
