import type { ObjectReader } from './source.ts';

/** Reads objects, and besides them files with keys that are not stored: those of the opened secrets of a set. */
export function withKeys(objects: ObjectReader, keys: Readonly<Record<string, string>>): ObjectReader {
  return {
    ...objects,
    has: async (key) => Object.hasOwn(keys, key) || objects.has(key),
    read: async (key) => (Object.hasOwn(keys, key) ? Buffer.from(keys[key] ?? '') : objects.read(key)),
  };
}
