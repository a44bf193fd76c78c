import { encodeUserinfo } from '../../base/url.ts';

/** Returns `user:password@`, `:password@`, `user@` or the empty text. The password is percent-encoded already. */
export function userinfo(username: string | undefined, password: string | undefined): string {
  if (username === undefined && password === undefined) return '';
  const secret = password === undefined ? '' : `:${password}`;
  return `${encodeUserinfo(username ?? '')}${secret}@`;
}

/** A host for a URL. IPv6 addresses get brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
