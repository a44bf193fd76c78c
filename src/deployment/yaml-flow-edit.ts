import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Json, JsonObject } from '../base/json.ts';
import { inKeyOrder, keyOrder } from './key-order.ts';
import { type Path, readPath } from './paths.ts';

/** The deepest flow map (`{ … }`) on a path, and its pair for the next step of the path. */
interface Landing {
  readonly map: YAMLMap<unknown, unknown>;
  readonly path: Path;
  /** Undefined if the map does not have the key. */
  readonly pair: Pair | undefined;
}

/**
 * Returns the text with the value at `path` taken from `after`, if it is in a flow map; only the characters of that
 * pair change. Returns undefined if it is not in a flow map, or has an anchor, a tag or an alias. The caller verifies
 * the result.
 */
export function editYamlFlow(text: string, path: Path, after: JsonObject): string | undefined {
  const prefixes = path.map((_, index) => path.slice(0, index + 1));
  const gone = prefixes.find((prefix) => readPath(after, prefix) === undefined);
  const landing = land(parseDocument(text, { merge: true }).contents, [], gone ?? path);
  if (landing === undefined) return undefined;
  const { map, pair } = landing;
  if (gone !== undefined) return pair === undefined ? undefined : withoutPair(text, map, pair);
  const name = String(path[landing.path.length] ?? '');
  const key = [...landing.path, name];
  const value = flowText(inKeyOrder(readPath(after, key) ?? null, after, key), isJson(map));
  if (value === undefined) return undefined;
  return pair === undefined ? withPair(text, landing, name, value, after) : withValue(text, pair, value);
}

function land(node: unknown, at: Path, path: Path): Landing | undefined {
  if (!isMap(node)) return undefined;
  const step = path[at.length];
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  const isLast = at.length + 1 === path.length;
  const below = isLast || pair === undefined ? undefined : land(pair.value, [...at, step ?? ''], path);
  if (below !== undefined) return below;
  return node.flow === true && (isLast || pair === undefined) ? { map: node, path: at, pair } : undefined;
}

function withValue(text: string, { value }: Pair, fresh: string): string | undefined {
  if (!isNode(value) || isAlias(value) || value.anchor !== undefined || value.tag !== undefined) return undefined;
  const [start, end] = value.range ?? [0, 0];
  return start === end ? undefined : text.slice(0, start) + fresh + text.slice(end);
}

/** Removes the pair with the comma after it, or with the one before it if the pair is the last. */
function withoutPair(text: string, map: YAMLMap<unknown, unknown>, pair: Pair): string | undefined {
  const index = map.items.indexOf(pair);
  const [previous, next] = [map.items[index - 1], map.items[index + 1]];
  if (next !== undefined) return text.slice(0, startOf(pair)) + text.slice(startOf(next));
  const [end, before] = [endOf(pair), previous === undefined ? undefined : endOf(previous)];
  return end === undefined || before === undefined ? undefined : text.slice(0, before) + text.slice(end);
}

/**
 * Inserts a pair after the last pair that precedes it in the schema, or before the first pair. It gets its own line if
 * that pair has one.
 */
function withPair(
  text: string,
  { map, path }: Landing,
  name: string,
  value: string,
  after: JsonObject,
): string | undefined {
  const order = keyOrder(path, after);
  const place = order.indexOf(name);
  const rankOf = ({ key }: Pair): number => (isScalar(key) ? order.indexOf(String(key.value)) : -1);
  const previous = map.items.filter((item) => place < 0 || (rankOf(item) >= 0 && rankOf(item) < place)).at(-1);
  const [first] = map.items;
  const entry = `${isJson(map) ? JSON.stringify(name) : name}: ${value}`;
  if (first === undefined) {
    const start = (map.range?.[0] ?? 0) + 1;
    return `${text.slice(0, start)} ${entry} ${text.slice(start).trimStart()}`;
  }
  const beside = previous ?? first;
  const lineStart = text.lastIndexOf('\n', startOf(beside) - 1) + 1;
  const margin = text.slice(lineStart, startOf(beside));
  const gap = margin.trim() === '' && lineStart > 0 ? `${text.includes('\r\n') ? '\r\n' : '\n'}${margin}` : ' ';
  if (previous === undefined) return `${text.slice(0, startOf(first))}${entry},${gap}${text.slice(startOf(first))}`;
  const end = endOf(previous);
  return end === undefined ? undefined : `${text.slice(0, end)},${gap}${entry}${text.slice(end)}`;
}

function startOf({ key }: Pair): number {
  return isNode(key) ? (key.range?.[0] ?? 0) : 0;
}

/** Returns the end offset of a pair's value. Undefined for a pair without a value, which has no range. */
function endOf({ value }: Pair): number | undefined {
  const [start, end] = isNode(value) ? (value.range ?? [0, 0]) : [0, 0];
  return start === end ? undefined : end;
}

/** True for a map whose keys are in double quotes, as in JSON. */
function isJson({ items }: YAMLMap<unknown, unknown>): boolean {
  const [first] = items;
  return first !== undefined && isScalar(first.key) && first.key.type === 'QUOTE_DOUBLE';
}

/** The text of a value in a flow map. Undefined if it needs more than one line. */
function flowText(value: Json, json: boolean): string | undefined {
  if (json) return JSON.stringify(value);
  const document = new Document([value]);
  visit(document, {
    Collection: (_key, node) => {
      node.flow = true;
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true }).trimEnd();
  return text.includes('\n') || !isCollection(document.contents as Node) ? undefined : text.slice(2, -2);
}
