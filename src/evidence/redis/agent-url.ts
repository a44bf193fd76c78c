import { parseUrl } from '../../base/url.ts';
import type { RedisTarget } from './connect.ts';

export interface AgentRedis {
  readonly target: RedisTarget;
  readonly database: number;
}

/**
 * Parses the agent backend's URL as redis-py's `from_url` does, or says why that fails. The reason contains nothing of
 * the URL, which holds a password.
 */
export function parseAgentUrl(text: string): AgentRedis | { readonly malformed: string } {
  if (!/^rediss?:\/\//.test(text)) return { malformed: 'it starts with neither redis:// nor rediss://' };
  const url = parseUrl(text);
  if (url === undefined) return { malformed: 'it is not a URL; percent-encode @ : / ? # and % in the password' };
  const database = /^\/(\d+)$/.exec(url.pathname)?.[1];
  if (url.hostname === '') return { malformed: 'it names no host; percent-encode / and # in the password' };
  if (database === undefined && url.pathname !== '' && url.pathname !== '/') {
    return { malformed: 'the part after the host is not a database number; percent-encode / in the password' };
  }
  if (url.hash !== '') return { malformed: 'it contains a #, and everything after it is ignored; percent-encode it' };
  // `ssl_ca_certs` is a path inside the container: nothing can be verified with it here.
  const isVerified = url.searchParams.get('ssl_cert_reqs') !== 'none' && !url.searchParams.has('ssl_ca_certs');
  const mode = url.protocol === 'redis:' ? 'disable' : isVerified ? 'verify-full' : 'require';
  return {
    target: {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? 6379 : Number(url.port),
      username: decoded(url.username),
      password: decoded(url.password),
      tls: { mode },
    },
    database: Number(database ?? url.searchParams.get('db') ?? 0),
  };
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
