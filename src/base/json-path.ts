import { isObject } from './json.ts';
import { isQuantity, parseQuantity } from './quantity.ts';

/** What stands at these keys of an outside answer; undefined where the way there is missing. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((current, key) => (isObject(current) ? current[key] : undefined), value);
}

/** Text at these keys, empty where there is none. */
export function textAt(value: unknown, ...keys: readonly string[]): string {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : '';
}

/** The list at these keys, empty where there is none. */
export function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** Labels, selectors and the like: the entries at these keys that are text. */
export function labelsAt(value: unknown, ...keys: readonly string[]): Readonly<Record<string, string>> {
  const found = at(value, ...keys);
  if (!isObject(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** A Kubernetes quantity at these keys as cores, bytes or pieces; undefined where there is none or it is malformed. */
export function quantityAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const found = at(value, ...keys);
  if (typeof found === 'number') return found;
  return typeof found === 'string' && isQuantity(found) ? parseQuantity(found) : undefined;
}
