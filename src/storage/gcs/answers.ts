import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';

/** Requests for a bucket's settings. Each throws StorageError if the key lacks the right. */
export interface BucketAnswers {
  readonly bucket: () => Promise<Readonly<Record<string, unknown>>>;
  readonly policy: () => Promise<Readonly<Record<string, unknown>>>;
}

/** Returns a JSON body as an object. Empty if it is not a JSON object. */
export function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = boundedJson(body.toString('utf8'));
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}

/** Returns the value at this path. Returns undefined if there is none. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return typeof key === 'number' ? at[key] : undefined;
    return isObject(at) ? at[key] : undefined;
  }, value);
}

/** Returns the text at this path. Empty if there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Returns the list at this path. Empty if there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Returns the text at `key` of each member of a list. Skips members without it. */
export function stringsAt(list: readonly unknown[], key: string): readonly string[] {
  return list.map((member) => textAt(member, key)).filter((text) => text !== '');
}
