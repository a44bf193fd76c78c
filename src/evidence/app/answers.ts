import { evidenceKey } from '../evidence.ts';

/** One request and its answer. */
export interface Answer {
  readonly path: string;
  /** Absent if nothing answered. */
  readonly status: number | undefined;
  readonly contentType: string;
  /** `X-Version`, which Dify's API adds to every answer; empty if missing. */
  readonly version: string;
  /** `Location` of a redirect; empty if missing. */
  readonly location: string;
  /** The first 400 characters. */
  readonly body: string;
  /** Why nothing answered: ECONNREFUSED, a certificate for another name, … */
  readonly fault: string | undefined;
}

/** Answers at one entry point. If all pods are simulated, `simulated` says so and `answers` is empty. */
export interface AnswersFact {
  /**
   * How it was reached: `https://127.0.0.1:443 as dify.example.com`, `a port-forward to pod dify-proxy-… of Service …`
   */
  readonly via: string;
  readonly simulated: string | undefined;
  readonly answers: readonly Answer[];
}

/** The public paths, through nginx. */
export const APP_ANSWERS = evidenceKey<AnswersFact>('app.answers', 1);
/** `/health` of the API process itself, which nginx does not route. */
export const APP_HEALTH = evidenceKey<AnswersFact>('app.health', 1);

/** Which process must answer a path. */
export type Responder = 'api' | 'apiWebsocket' | 'pluginDaemon' | 'web';

export const PING = '/console/api/ping';
export const SETUP = '/console/api/setup';
export const SIGN_IN = '/signin';
export const SOCKET = '/socket.io/?EIO=4&transport=polling';

/**
 * Dify's routing table, one path for each rule (upstream's nginx template of 1.14 and later). The last two must not
 * reach the API: its unauthenticated and internal endpoints would be public.
 */
export const ROUTES: readonly { readonly path: string; readonly by: Responder }[] = [
  { path: PING, by: 'api' },
  { path: '/api/site', by: 'api' },
  { path: '/v1/info', by: 'api' },
  { path: '/files/difyctl-probe', by: 'api' },
  { path: '/mcp/difyctl-probe', by: 'api' },
  { path: '/triggers/difyctl-probe', by: 'api' },
  { path: '/openapi/v1/difyctl-probe', by: 'api' },
  { path: SOCKET, by: 'apiWebsocket' },
  { path: '/e/difyctl-probe/', by: 'pluginDaemon' },
  { path: SIGN_IN, by: 'web' },
  { path: '/explore/apps', by: 'web' },
  { path: '/health', by: 'web' },
  { path: '/inner/api/difyctl-probe', by: 'web' },
];
