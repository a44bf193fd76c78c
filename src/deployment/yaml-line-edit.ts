import { isCollection, isMap, isNode, isPair, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { Json, JsonObject } from '../base/json.ts';
import { inKeyOrder, keyOrder } from './key-order.ts';
import { type Path, readPath } from './paths.ts';
import { blockText, inlineText } from './yaml-text.ts';

/** A block map on a path, and its pair for the next step of the path. */
interface Landing {
  readonly map: YAMLMap;
  readonly path: Path;
  /** Undefined if the map does not have the key. */
  readonly pair: Pair | undefined;
}

/**
 * Returns the text with the value at `path` taken from `after`, by replacing, inserting or removing whole lines or one
 * value. Returns undefined if the value is not in a block map with one key per line. The caller verifies the result.
 */
export function editYamlLines(text: string, path: Path, after: JsonObject): string | undefined {
  const { contents } = parseDocument(text, { merge: true });
  if (!isBlockMap(contents)) return undefined;
  const isGone = readPath(after, path) === undefined;
  const landing = land({ map: contents, path: [] }, isGone ? shallowestGone(path, after) : path);
  if (landing === undefined || !landing.map.items.every((pair) => isOwnLine(text, pair))) return undefined;
  const { pair } = landing;
  if (isGone) return pair === undefined ? undefined : withoutPair(text, pair);
  const key = [...landing.path, path[landing.path.length] ?? ''];
  const content = inKeyOrder(readPath(after, key) ?? null, after, key);
  const step = indentStep(text, contents);
  const edited =
    pair === undefined ? withPair(text, landing, key, content, after, step) : withValue(text, pair, content, step);
  return text.includes('\r\n') ? edited.replace(/\r?\n/g, '\r\n') : edited;
}

function shallowestGone(path: Path, after: JsonObject): Path {
  const prefixes = path.map((_, index) => path.slice(0, index + 1));
  return prefixes.find((prefix) => readPath(after, prefix) === undefined) ?? path;
}

/** Descends while block maps have the path's keys. Undefined if a value on the path is neither a block map nor null. */
function land(at: { readonly map: YAMLMap; readonly path: Path }, path: Path): Landing | undefined {
  const [step, ...rest] = path.slice(at.path.length);
  const pair = at.map.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
  if (pair === undefined || rest.length === 0) return { ...at, pair };
  if (isBlockMap(pair.value)) return land({ map: pair.value, path: [...at.path, step ?? ''] }, path);
  return isScalar(pair.value) && pair.value.value === null ? { ...at, pair } : undefined;
}

/** Removes the lines of a pair. The comment lines above it are kept. */
function withoutPair(text: string, pair: Pair): string {
  return text.slice(0, lineStart(text, startOf(pair))) + text.slice(lineAfter(text, endOf(text, pair)));
}

/** Inserts a pair after the last pair that precedes it in the schema, or before the first pair. */
function withPair(
  text: string,
  { map, path }: Landing,
  key: Path,
  content: Json,
  after: JsonObject,
  step: number,
): string {
  const name = String(key.at(-1));
  const order = keyOrder(path, after);
  const place = order.indexOf(name);
  const before = map.items.filter((item) => place < 0 || (rank(order, item) >= 0 && rank(order, item) < place));
  const previous = before.at(-1);
  const [first] = map.items;
  const column = first === undefined ? 0 : startOf(first) - lineStart(text, startOf(first));
  const lines = indented(blockText({ [name]: content }, step), column);
  if (previous === undefined) {
    const at = first === undefined ? text.length : lineStart(text, startOf(first));
    return text.slice(0, at) + lines + text.slice(at);
  }
  const at = lineAfter(text, endOf(text, previous));
  const newline = text[at - 1] === '\n' ? '' : '\n';
  return text.slice(0, at) + newline + lines + text.slice(at);
}

function rank(order: readonly string[], { key }: Pair): number {
  return isScalar(key) ? order.indexOf(String(key.value)) : -1;
}

/** Replaces the value of a pair. Text after it on its line, usually a comment, is kept. */
function withValue(text: string, pair: Pair, content: Json, step: number): string {
  const end = endOf(text, pair);
  const colon = colonOf(text, pair) + 1;
  const inline = inlineText(content);
  if (inline === undefined) {
    const column = startOf(pair) - lineStart(text, startOf(pair));
    const lines = indented(blockText(content, step), column + step);
    return `${text.slice(0, colon)}\n${lines.replace(/\n$/, '')}${text.slice(end)}`;
  }
  const start = isNode(pair.value) ? (pair.value.range?.[0] ?? colon) : colon;
  const sameLine = start > colon && !text.slice(colon, start).includes('\n');
  return `${text.slice(0, sameLine ? start : colon)}${sameLine ? '' : ' '}${inline}${text.slice(Math.max(end, colon))}`;
}

function isBlockMap(node: unknown): node is YAMLMap<unknown, unknown> & { flow?: false } {
  return isMap(node) && node.flow !== true && node.items.length > 0;
}

function startOf({ key }: Pair): number {
  return isNode(key) ? (key.range?.[0] ?? 0) : 0;
}

function colonOf(text: string, { key }: Pair): number {
  return text.indexOf(':', isNode(key) ? (key.range?.[1] ?? 0) : 0);
}

/** Offset after the last character of a node or pair, without comments. */
function endOf(text: string, thing: unknown): number {
  if (isPair(thing)) {
    const { value } = thing;
    const isEmpty = !isNode(value) || (isScalar(value) && value.value === null && value.source === '');
    return isEmpty ? colonOf(text, thing) + 1 : endOf(text, value);
  }
  if (isCollection(thing) && thing.flow !== true && thing.items.length > 0) return endOf(text, thing.items.at(-1));
  let end = isNode(thing) ? (thing.range?.[1] ?? 0) : 0;
  while (end > 0 && /\s/.test(text[end - 1] ?? '')) end--;
  return end;
}

function isOwnLine(text: string, pair: Pair): boolean {
  return text.slice(lineStart(text, startOf(pair)), startOf(pair)).trim() === '';
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset of the start of the next line, or of the end of the text. */
function lineAfter(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}

function indented(lines: string, column: number): string {
  return lines.replace(/^(?=.)/gm, ' '.repeat(column));
}

/** The indentation of this file in columns. 2 if the file has no nested block map. */
function indentStep(text: string, root: YAMLMap): number {
  const nested = root.items.find(({ value }) => isBlockMap(value))?.value;
  const first = isBlockMap(nested) ? nested.items[0] : undefined;
  if (first === undefined) return 2;
  return Math.max(1, startOf(first as Pair) - lineStart(text, startOf(first as Pair)));
}
