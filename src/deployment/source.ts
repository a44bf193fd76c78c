import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import { formatPath, type Path } from './paths.ts';
import { isTooDeep, keyText, MOST_LEVELS, repeatsBelow } from './repeated-keys.ts';
import { yamlFault } from './yaml-faults.ts';

/** Lines and columns count from 1. */
interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** The text of a file as data, with the positions of its keys. */
export interface Source {
  readonly data: JsonObject;
  readonly problems: readonly Problem[];
  /** Returns the position of the key at a path, or of the nearest parent in the file. */
  placeOf(path: Path): SourcePosition | undefined;
}

/**
 * Parses YAML text. Never throws: errors are in `problems`, in words that repeat nothing of the file. `start`: the next
 * step for an empty file.
 */
export function readSource(text: string, start = 'run difyctl init to write one'): Source {
  try {
    return sourceOf(text, start);
  } catch (error) {
    // The parser is recursive, so that deep nesting overflows the stack.
    if (!(error instanceof RangeError)) throw error;
    return { data: {}, problems: [{ path: '', message: TOO_DEEP }], placeOf: () => undefined };
  }
}

const TOO_DEEP = `nested too deeply: at most ${MOST_LEVELS} levels are read`;

function sourceOf(text: string, start: string): Source {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: counter,
    prettyErrors: false,
    // The library would write warnings to stderr without redaction, and they quote the file.
    logLevel: 'error',
    merge: true,
    // `repeatedKeys` finds duplicates: the library compares each key with all before it, and does not report which key
    // it is.
    uniqueKeys: false,
  });
  const [document] = Array.isArray(documents) ? documents : [];
  if (document === undefined || document.contents === null) {
    return {
      data: {},
      problems: [{ path: '', message: `the file is empty; ${start}` }],
      placeOf: () => undefined,
    };
  }
  if (isTooDeep(document.contents)) throw new RangeError(TOO_DEEP);
  const problems = [...faultsOf(document, counter), ...repeatedKeys(document, counter)];
  if (Array.isArray(documents) && documents.length > 1) {
    const second = documents[1];
    problems.push({
      path: '',
      message: 'a second document begins here; a file describes one deployment',
      ...placeAt(counter, second?.range[0]),
    });
  }
  const data = problems.length === 0 ? toData(document, problems) : {};
  const pairs = pairIndex();
  return { data, problems, placeOf: (path) => placeOf({ document, counter, pairs }, path) };
}

function faultsOf(document: Document.Parsed, counter: LineCounter): Problem[] {
  return [...document.errors, ...document.warnings].map((fault) => ({
    path: '',
    message: yamlFault(fault.code),
    ...placeAt(counter, fault.pos[0]),
  }));
}

/** The problems of repeated keys, each with its name and the position of the first occurrence. */
function repeatedKeys(document: Document.Parsed, counter: LineCounter): readonly Problem[] {
  return repeatsBelow(document.contents, []).map(({ path, first, again }) => {
    const place = placeAt(counter, first);
    return {
      path: formatPath(path),
      message: place === undefined ? 'duplicate key' : `duplicate key; the first is at ${place.line}:${place.column}`,
      ...placeAt(counter, again),
    };
  });
}

/**
 * Converts the document to data. Aliases are resolved; a file that expands excessively through them ("billion laughs")
 * is refused.
 */
function toData(document: Document.Parsed, problems: Problem[]): JsonObject {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    if (isObject(data)) return data as JsonObject;
    problems.push({
      path: '',
      message: 'the file must contain keys and values, such as tier: test',
      line: 1,
      column: 1,
    });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    problems.push({ path: '', message: 'an alias (*name) without its anchor, or far too many of them' });
  }
  return {};
}

/** A document with what is needed to find positions in it. */
interface Placed {
  readonly document: Document.Parsed;
  readonly counter: LineCounter;
  readonly pairs: PairIndex;
}

/** Returns the pairs of a map by key; cached per map. */
type PairIndex = (map: YAMLMap) => ReadonlyMap<string, Pair>;

function pairIndex(): PairIndex {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map) => {
    const found = known.get(map) ?? new Map(map.items.map((pair) => [keyText(pair), pair] as const));
    known.set(map, found);
    return found;
  };
}

function placeOf(placed: Placed, path: Path): SourcePosition | undefined {
  let node: unknown = placed.document.contents;
  let place: SourcePosition | undefined;
  for (const step of path) {
    const next = child(placed, node, step);
    if (next === undefined) break;
    place = placeAt(placed.counter, next.at) ?? place;
    node = next.node;
  }
  return place;
}

function child(
  { document, pairs }: Placed,
  parent: unknown,
  step: string | number,
): { at: number | undefined; node: unknown } | undefined {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const pair = pairs(node).get(String(step));
    return pair === undefined ? undefined : { at: startOf(pair.key), node: pair.value };
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(step)];
  return item === undefined ? undefined : { at: startOf(item), node: item };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

function placeAt(counter: LineCounter, offset: number | undefined): SourcePosition | undefined {
  if (offset === undefined) return undefined;
  const { line, col } = counter.linePos(offset);
  return line === 0 ? undefined : { line, column: col };
}
