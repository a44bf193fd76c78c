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
  if (!/^rediss?:\/\//.test(text)) return { malformed: 'it begins with neither redis:// nor rediss://' };
  const url = parseUrl(text);
  if (url === undefined) return { malformed: 'it is no URL; a password with @ : / ? # or % has to be percent-encoded' };
  const database = /^\/(\d+)$/.exec(url.pathname)?.[1];
  if (url.hostname === '') return { malformed: 'it names no host; a password with / or # has to be percent-encoded' };
  if (database === undefined && url.pathname !== '' && url.pathname !== '/') {
    return { malformed: 'what follows its host is no database number; a password with / has to be percent-encoded' };
  }
  if (url.hash !== '') return { malformed: 'it holds a #, after which all is lost; it has to be percent-encoded' };
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
