import type { RedisTarget } from './connect.ts';

export interface AgentRedis {
  readonly target: RedisTarget;
  readonly database: number;
}

/**
 * What redis-py's `from_url` makes of the agent backend's URL, or why it makes nothing of it, without any of the URL's own text: it holds a password.
 */
export function parseAgentUrl(text: string): AgentRedis | { readonly malformed: string } {
  if (!/^rediss?:\/\//.test(text)) return { malformed: 'it begins with neither redis:// nor rediss://' };
  if (!URL.canParse(text))
    return { malformed: 'it is no URL; a password with @ : / ? # or % has to be percent-encoded' };
  const url = new URL(text);
  const database = /^\/(\d+)$/.exec(url.pathname)?.[1];
  if (url.hostname === '') return { malformed: 'it names no host; a password with / or # has to be percent-encoded' };
  if (database === undefined && url.pathname !== '' && url.pathname !== '/') {
    return { malformed: 'what follows its host is no database number; a password with / has to be percent-encoded' };
  }
  if (url.hash !== '') return { malformed: 'it holds a #, after which all is lost; it has to be percent-encoded' };
  // An authority that the URL names lies in the container alone: nothing can be verified with it here.
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
