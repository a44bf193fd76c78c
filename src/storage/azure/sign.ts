import { createHmac } from 'node:crypto';

/** The signed parts of a request to Azure Blob. */
export interface AzureRequest {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
}

/**
 * Returns the `authorization` header of a request with an account's shared key (Azure, "Authorize with Shared Key",
 * versions from 2015-02-21).
 */
export function sharedKey({ method, url, headers, length }: AzureRequest, account: string, key: string): string {
  const own = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ms-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`);
  const parameters = [...url.searchParams]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}`);
  const text = [
    method,
    '', // Content-Encoding
    '', // Content-Language
    length === 0 ? '' : String(length),
    '', // Content-MD5
    headers['content-type'] ?? '',
    '', // Date: x-ms-date replaces it
    '', // If-Modified-Since
    '', // If-Match
    '', // If-None-Match
    '', // If-Unmodified-Since
    '', // Range
    ...own,
    [`/${account}${url.pathname}`, ...parameters].join('\n'),
  ].join('\n');
  return `SharedKey ${account}:${createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64')}`;
}
