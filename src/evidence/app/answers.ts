import type { Deployment } from '../../deployment/schema/deployment.ts';
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
  /** `Strict-Transport-Security`; absent if it is missing. */
  readonly hsts?: string;
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
/** Whether the setup page asks for INIT_PASSWORD first: status `not_started`. */
export const INIT = '/console/api/init';
export const SIGN_IN = '/signin';
export const SOCKET = '/socket.io/?EIO=4&transport=polling';

/** Fields under `urls`. `trigger` is that of `api` if the file has none. */
type UrlField = keyof Deployment['urls'];

/** One path that shows who answers a rule of Dify's routing table. */
export interface Route {
  readonly path: string;
  readonly by: Responder;
  /** The rule as nginx has it. */
  readonly prefix: string;
  /**
   * The public address whose users need the rule, as the rendered variables name it (`src/render/dify-env/urls.ts`).
   * `every` for a path that must be closed everywhere.
   */
  readonly at: UrlField | 'every';
}

/**
 * Dify's routing table, one path for each rule (upstream's nginx template of 1.14 and later). The last two must not
 * reach the API: its unauthenticated and internal endpoints would be public.
 */
export const ROUTES: readonly Route[] = [
  { path: PING, by: 'api', prefix: '/console/api', at: 'console' },
  { path: '/api/site', by: 'api', prefix: '/api', at: 'app' },
  { path: '/v1/info', by: 'api', prefix: '/v1', at: 'api' },
  { path: '/files/difyctl-probe', by: 'api', prefix: '/files', at: 'files' },
  { path: '/mcp/difyctl-probe', by: 'api', prefix: '/mcp', at: 'api' },
  { path: '/triggers/difyctl-probe', by: 'api', prefix: '/triggers', at: 'trigger' },
  { path: '/openapi/v1/difyctl-probe', by: 'api', prefix: '/openapi', at: 'api' },
  { path: SOCKET, by: 'apiWebsocket', prefix: '/socket.io/', at: 'console' },
  { path: '/e/difyctl-probe/', by: 'pluginDaemon', prefix: '/e/', at: 'trigger' },
  { path: SIGN_IN, by: 'web', prefix: '/', at: 'console' },
  { path: '/explore/apps', by: 'web', prefix: '/explore', at: 'console' },
  { path: '/health', by: 'web', prefix: '/', at: 'every' },
  { path: '/inner/api/difyctl-probe', by: 'web', prefix: '/', at: 'every' },
];

/** True for an answer that sends the client to another address. */
export function isRedirect({ status }: Answer): boolean {
  return status !== undefined && status >= 300 && status < 400;
}
