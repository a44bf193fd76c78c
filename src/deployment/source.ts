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

/** A file's text as data, with the place of everything in it. */
export interface Source {
  readonly data: JsonObject;
  readonly problems: readonly Problem[];
  /** Where the key at a path stands, or else the nearest thing above it that is in the file. */
  placeOf(path: Path): SourcePosition | undefined;
}

/** Reads YAML text into data. Never throws; what is wrong is in `problems`, in words that repeat nothing of the file. `start`: how to begin where it is empty. */
export function readSource(text: string, start = 'difyctl init writes one'): Source {
  try {
    return sourceOf(text, start);
  } catch (error) {
    // The parser goes down by calling itself.
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
    // A warning of the library's own would go to stderr past us, and repeats what stands in the file.
    logLevel: 'error',
    merge: true,
    // Looked for below: the library compares each key with all before it, and does not say which key it is.
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

/** Each key that stands in its map again, with its name and where it stands first. */
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

/** Aliases are followed; a file that multiplies itself by them ("billion laughs") is refused. */
function toData(document: Document.Parsed, problems: Problem[]): JsonObject {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    if (isObject(data)) return data as JsonObject;
    problems.push({ path: '', message: 'the file must hold keys and values, such as tier: test', line: 1, column: 1 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    problems.push({ path: '', message: 'an alias (*name) without its anchor, or far too many of them' });
  }
  return {};
}

/** A document whose places are asked for. */
interface Placed {
  readonly document: Document.Parsed;
  readonly counter: LineCounter;
  readonly pairs: PairIndex;
}

/** The pairs of a map by their keys, read once for each map. */
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
