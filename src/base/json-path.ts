import { isObject } from './json.ts';
import { isQuantity, parseQuantity } from './quantity.ts';

/** Keys of objects, and indices of lists. */
type Keys = readonly (string | number)[];

/** Returns the value at these keys of an answer from outside. Returns undefined if a key on the path is missing. */
export function at(value: unknown, ...keys: Keys): unknown {
  return keys.reduce<unknown>((current, key) => {
    if (typeof key === 'number') return Array.isArray(current) ? current[key] : undefined;
    return isObject(current) ? current[key] : undefined;
  }, value);
}

/** Returns the text at these keys, or an empty text if there is none. */
export function textAt(value: unknown, ...keys: Keys): string {
  return optionalTextAt(value, ...keys) ?? '';
}

/** Returns the text at these keys. Returns undefined if there is none. */
export function optionalTextAt(value: unknown, ...keys: Keys): string | undefined {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** Returns the number at these keys, also if the server sends it as text. Returns undefined if there is none. */
export function numberAt(value: unknown, ...keys: Keys): number | undefined {
  const found = at(value, ...keys);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Returns the list at these keys, or an empty list if there is none. */
export function listAt(value: unknown, ...keys: Keys): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** Returns the entries of the object at these keys, or none if it is not an object. */
export function entriesAt(value: unknown, ...keys: Keys): readonly (readonly [string, unknown])[] {
  const found = at(value, ...keys);
  return isObject(found) ? Object.entries(found) : [];
}

/** Returns the entries at these keys whose value is text: labels, selectors and the like. */
export function labelsAt(value: unknown, ...keys: Keys): Readonly<Record<string, string>> {
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
export function quantityAt(value: unknown, ...keys: Keys): number | undefined {
  const found = at(value, ...keys);
  if (typeof found === 'number') return found;
  return typeof found === 'string' && isQuantity(found) ? parseQuantity(found) : undefined;
}
