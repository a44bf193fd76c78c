import { isObject } from './json.ts';
import { isQuantity, parseQuantity } from './quantity.ts';

/** Returns the value at these keys of an answer from outside. Returns undefined if a key on the path is missing. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((current, key) => (isObject(current) ? current[key] : undefined), value);
}

/** Returns the text at these keys, or an empty text if there is none. */
export function textAt(value: unknown, ...keys: readonly string[]): string {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : '';
}

/** Returns the list at these keys, or an empty list if there is none. */
export function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** Returns the entries at these keys whose value is text: labels, selectors and the like. */
export function labelsAt(value: unknown, ...keys: readonly string[]): Readonly<Record<string, string>> {
  const found = at(value, ...keys);
  if (!isObject(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * Returns the Kubernetes quantity at these keys in cores, bytes or pieces. Returns undefined if it is missing or
 * malformed.
 */
export function quantityAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const found = at(value, ...keys);
  if (typeof found === 'number') return found;
  return typeof found === 'string' && isQuantity(found) ? parseQuantity(found) : undefined;
}
