import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';

/** What is asked of a bucket for its settings; each throws StorageFailure where the key may not. */
export interface BucketAnswers {
  readonly bucket: () => Promise<Readonly<Record<string, unknown>>>;
  readonly policy: () => Promise<Readonly<Record<string, unknown>>>;
}

/** A JSON body as an object; empty where it is none. */
export function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = boundedJson(body.toString('utf8'));
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}

/** What stands at this path; undefined where nothing does. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return typeof key === 'number' ? at[key] : undefined;
    return isObject(at) ? at[key] : undefined;
  }, value);
}

/** The text at this path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The list at this path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** One text of each member of a list. */
export function stringsAt(list: readonly unknown[], key: string): readonly string[] {
  return list.map((member) => textAt(member, key)).filter((text) => text !== '');
}
