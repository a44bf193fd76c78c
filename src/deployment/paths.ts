import { isObject, type Json, type JsonObject } from '../base/json.ts';

/** A position in the file: keys, and indices of lists. */
export type Path = readonly (string | number)[];

/** A problem with a deployment. Its path is still in steps, so that its position in the file can be found. */
export interface PathProblem {
  readonly path: Path;
  readonly message: string;
}

/** Formats a path as users write it: `redis.sentinel.nodes[0]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

/**
 * Reads `a.b[0].c` or `a.b.0.c`. A key with dots is quoted: `annotations."a.b/c"`. Returns undefined if the text is not
 * a path.
 */
export function parsePath(text: string): Path | undefined {
  const path: (string | number)[] = [];
  const step = /(?:^|\.)(?:"([^"]+)"|([^.[\]"=\s]+))|\[(\d+)\]/y;
  let at = 0;
  while (at < text.length) {
    step.lastIndex = at;
    const match = step.exec(text);
    if (match === null) return undefined;
    const [whole, quoted, bare, index] = match;
    if (at === 0 && (index !== undefined || whole.startsWith('.'))) return undefined;
    path.push(quoted ?? (bare !== undefined && !/^\d+$/.test(bare) ? bare : Number(bare ?? index)));
    at += whole.length;
  }
  return path.length === 0 ? undefined : path;
}

/** Returns the value at a path. Undefined if there is none. */
export function readPath(value: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((at, step) => {
    if (Array.isArray(at)) return (at as readonly Json[])[Number(step)];
    return isObject(at) && Object.hasOwn(at, step) ? (at as Record<string, Json>)[step] : undefined;
  }, value);
}

/**
 * Returns a copy with `replacement` at the path. A value on the way that has no keys is replaced; a list grows by at
 * most one item.
 */
export function withPath(value: Json | undefined, path: Path, replacement: Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return replacement;
  if (Array.isArray(value) && typeof step === 'number') {
    const list = [...(value as readonly Json[])];
    list[Math.min(step, list.length)] = withPath(list[step], rest, replacement);
    return list;
  }
  if (typeof step === 'number' && !isObject(value)) return [withPath(undefined, rest, replacement)];
  const object = isObject(value) ? (value as Record<string, Json>) : {};
  return { ...object, [step]: withPath(Object.hasOwn(object, step) ? object[step] : undefined, rest, replacement) };
}

/** Returns a copy without the value at the path. Sections that become empty are kept. */
export function withoutPath(value: Json, path: Path): Json {
  const [step, ...rest] = path;
  if (step === undefined || readPath(value, path) === undefined) return value;
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const index = Number(step);
    return rest.length === 0
      ? list.filter((_, at) => at !== index)
      : list.map((item, at) => (at === index ? withoutPath(item, rest) : item));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(
    entries.flatMap(([key, below]) => {
      if (key !== String(step)) return [[key, below] as const];
      return rest.length === 0 ? [] : [[key, withoutPath(below, rest)] as const];
    }),
  );
}

/** Returns a copy without the value at the path, and without the sections that become empty. */
export function withoutField(file: JsonObject, path: Path): JsonObject {
  const less = withoutPath(file, path) as JsonObject;
  const parent = path.slice(0, -1);
  const section = readPath(less, parent);
  const isEmpty = parent.length > 0 && isObject(section) && Object.keys(section).length === 0;
  return isEmpty ? withoutField(less, parent) : less;
}

/**
 * Applies changes in order: each sets a value at its path, or removes it for null. A change whose result is not an
 * object is ignored.
 */
export function withChanges(
  data: JsonObject,
  changes: readonly { readonly path: Path; readonly value: Json }[],
): JsonObject {
  return changes.reduce<JsonObject>((file, { path, value }) => {
    const next = value === null ? withoutPath(file, path) : withPath(file, path, value);
    return isObject(next) ? (next as JsonObject) : file;
  }, data);
}
