import { createHash } from 'node:crypto';
import { isObject } from './json.ts';

/** Returns the SHA-256 of text, in hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns the SHA-256 of plain data, in hex. The order of keys does not matter. */
export function digestOf(value: unknown): string {
  return sha256(JSON.stringify(sorted(value)) ?? '');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
