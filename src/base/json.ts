/** Plain data, as in JSON and YAML. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Returns true for a plain object (not null, not an array). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns `over` merged into `base`: objects key by key; lists and scalars of `over` replace those of `base`. Changes
 * neither.
 */
export function deepMerge(base: Json, over: Json): Json {
  if (!isObject(base) || !isObject(over)) return over;
  const merged: Record<string, Json> = { ...(base as JsonObject) };
  for (const [key, value] of Object.entries(over as JsonObject)) {
    const below = merged[key];
    merged[key] = below === undefined ? value : deepMerge(below, value);
  }
  return merged;
}

/** Makes members that may be undefined optional. */
type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Returns a copy without the members that are undefined. */
export function compact<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
