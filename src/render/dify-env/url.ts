/** Percent-encodes a user name or password for a URL: all but RFC 3986's unreserved characters. */
function encodeUserinfo(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Returns `user:password@`, `:password@`, `user@` or the empty text. */
export function userinfo(username: string | undefined, password: string | undefined): string {
  if (username === undefined && password === undefined) return '';
  const secret = password === undefined ? '' : `:${encodeUserinfo(password)}`;
  return `${encodeUserinfo(username ?? '')}${secret}@`;
}

/** A host for a URL. IPv6 addresses get brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
