import { gunzipSync } from 'node:zlib';

/** The data unpacks to more than the limit. */
export class UnpacksTooLarge extends Error {}

/**
 * Unpacks gzip data to at most `limit` bytes. Stops as soon as the data exceeds them, so that a small archive never
 * fills the memory. Throws Error with a text for a message, `is not gzip data` or `is cut off`, and UnpacksTooLarge
 * with `unpacks to more than 32 MiB`.
 */
export function gunzipBounded(bytes: Uint8Array, limit: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new UnpacksTooLarge(`unpacks to more than ${sizeText(limit)}`, { cause });
    throw new Error(code === 'Z_BUF_ERROR' ? 'is cut off' : 'is not gzip data', { cause });
  }
}

/** `32 MiB`, `100 KiB`, `12 bytes`. */
function sizeText(bytes: number): string {
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}
