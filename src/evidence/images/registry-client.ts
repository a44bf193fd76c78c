import { isIP } from 'node:net';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { textAt } from '../../base/json-path.ts';
import { parseUrl } from '../../base/url.ts';
import type { Dial } from '../../net/dial.ts';
import { type HttpAnswer, requestHttp } from '../../net/http.ts';
import { ProbeError } from '../../net/probe-error.ts';

/** A login to a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

export interface RegistryOptions {
  readonly dial: Dial;
  readonly signal: AbortSignal;
  /** Milliseconds for the connection of each request, and again for its answer. */
  readonly limitMs: number;
  readonly login: RegistryLogin | undefined;
  /** Whether to connect without TLS. Loopback addresses are always without TLS, as in the engine. */
  readonly insecure: boolean;
  /** Additional CA certificates to trust, PEM. */
  readonly ca: string | undefined;
}

/** A registry that answered `/v2/`. */
export interface Registry {
  /**
   * Sends one request about a repository, with the best authorization that the login can get. Throws ProbeError, with
   * stage `login` if the login itself is refused.
   */
  ask(method: 'GET' | 'HEAD', repository: string, path: string, accept?: string): Promise<HttpAnswer>;
}

/**
 * Opens a registry by the protocol of the OCI distribution specification; the answer to `/v2/` says how to
 * authenticate. Throws ProbeError if nothing answers, or if the server is not a registry.
 */
export async function openRegistry(server: string, options: RegistryOptions): Promise<Registry> {
  const isSecure = !options.insecure && !isLoopback(server);
  const base = `${isSecure ? 'https' : 'http'}://${server}/v2/`;
  const send = (url: URL, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    requestHttp({ method, url, headers }, options);
  const greeting = await send(new URL(base));
  if (greeting.status !== 200 && greeting.status !== 401 && greeting.status !== 429) {
    throw new ProbeError(
      'use',
      String(greeting.status),
      `answers /v2/ with ${greeting.status}: it may not be a registry`,
    );
  }
  const challenge = readChallenge(greeting.headers['www-authenticate'] ?? '');
  const rights = new Map<string, Promise<Readonly<Record<string, string>>>>();
  const rightTo = (repository: string) => {
    const known =
      rights.get(repository) ?? authorization(challenge, repository, { login: options.login, isSecure }, send);
    rights.set(repository, known);
    return known;
  };
  return {
    ask: async (method, repository, path, accept) => {
      const headers = { ...(await rightTo(repository)), ...(accept === undefined ? {} : { accept }) };
      const answer = await send(new URL(`${repository}/${path}`, base), headers, method);
      return follow(answer, (url) => send(url, {}, method), base);
    },
  };
}

/** 127.0.0.0/8, ::1 and localhost: engines treat them as insecure registries without configuration. */
function isLoopback(server: string): boolean {
  const host = server.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Blobs are often on another host: follows one redirect, without the authorization for the registry. */
async function follow(answer: HttpAnswer, send: (url: URL) => Promise<HttpAnswer>, base: string): Promise<HttpAnswer> {
  const { status, headers } = answer;
  const isMoved = [301, 302, 303, 307, 308].includes(status) && headers.location !== undefined;
  return isMoved ? send(new URL(headers.location ?? '', base)) : answer;
}

interface Challenge {
  readonly scheme: 'none' | 'basic' | 'bearer';
  readonly fields: Readonly<Record<string, string>>;
}

/** `Bearer realm="https://auth.example.com/token",service="registry"` */
function readChallenge(header: string): Challenge {
  const scheme = /^(\w+)/.exec(header)?.[1]?.toLowerCase();
  const fields = Object.fromEntries(
    [...header.matchAll(/\b(\w+)="([^"]*)"/g)].map(([, name = '', value]) => [name, value ?? '']),
  );
  return { scheme: scheme === 'bearer' || scheme === 'basic' ? scheme : 'none', fields };
}

async function authorization(
  { scheme, fields }: Challenge,
  repository: string,
  { login, isSecure }: { readonly login: RegistryLogin | undefined; readonly isSecure: boolean },
  send: (url: URL, headers: Readonly<Record<string, string>>) => Promise<HttpAnswer>,
): Promise<Readonly<Record<string, string>>> {
  const basic = login === undefined ? {} : { authorization: `Basic ${encoded(login)}` };
  if (scheme !== 'bearer') return scheme === 'basic' ? basic : {};
  const url = parseUrl(fields.realm ?? '');
  if (url === undefined) throw new ProbeError('use', 'EPROTO', 'does not name its token server');
  if (login !== undefined && isSecure && url.protocol !== 'https:') {
    throw new ProbeError('login', 'EPROTO', 'asks for the login at an address without TLS; difyctl does not send it');
  }
  if (fields.service !== undefined) url.searchParams.set('service', fields.service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  const { status, body } = await send(url, basic);
  if (status === 401 || status === 403) {
    // Without a login, the token server refuses if the image is not public; the registry's answer to the request then
    // shows that.
    if (login === undefined) return {};
    throw new ProbeError('login', String(status), `refuses the login of ${login.username}`);
  }
  const answer = tryBoundedJson(body.toString('utf8'));
  const token = textAt(answer, 'token') || textAt(answer, 'access_token');
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

function encoded({ username, password }: RegistryLogin): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
