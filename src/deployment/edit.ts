import { isDeepStrictEqual } from 'node:util';
import { type Document, type Node, parseDocument } from 'yaml';
import { UserError } from '../base/errors.ts';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { API_VERSION } from '../base/version.ts';
import { inKeyOrder } from './key-order.ts';
import { formatPath, type Path, readPath, withoutPath, withPath } from './paths.ts';
import { readSource } from './source.ts';
import { editYamlFlow } from './yaml-flow-edit.ts';
import { editYamlLines } from './yaml-line-edit.ts';
import { blockText, flowLeaves } from './yaml-text.ts';

/** One change to a file; null takes the field out. Lists and secret references are changed whole. */
export interface FileEdit {
  readonly path: Path;
  readonly value: Json;
}

/** First line of files that difyctl writes: editors with a YAML language server complete and check by it. */
const SCHEMA_COMMENT = '# yaml-language-server: $schema=.difyctl/schema.json\n';

/**
 * The text of a deployment file after these changes. A new file has the schema's order; in an existing one every line that no
 * change concerns stays as it is, comments included, and a new key stands where the schema has it. Pure and deterministic. What
 * equals a default is the caller's to leave out. Throws UserError where the existing text is not readable YAML.
 */
export function editDeployment(existing: string | undefined, changes: readonly FileEdit[]): string {
  if (existing === undefined || existing.trim() === '') return newText(changes);
  const source = readSource(existing);
  if (source.problems.length > 0) {
    throw new UserError('the file cannot be edited until it is readable', { problems: source.problems });
  }
  return changes.reduce(changed, existing);
}

function newText(changes: readonly FileEdit[]): string {
  const data = changes.reduce<JsonObject>((file, change) => applied(file, change), { apiVersion: API_VERSION });
  return SCHEMA_COMMENT + blockText(inKeyOrder(data, data), 2);
}

function applied(file: JsonObject, { path, value }: FileEdit): JsonObject {
  return (value === null ? withoutEmptyMaps(file, path) : withPath(file, path, value)) as JsonObject;
}

/** Without the field, and without the sections that held nothing else. */
function withoutEmptyMaps(file: JsonObject, path: Path): Json {
  const less = withoutPath(file, path);
  const parent = path.slice(0, -1);
  const section = readPath(less, parent);
  const isEmpty = parent.length > 0 && isObject(section) && Object.keys(section).length === 0;
  return isEmpty ? withoutEmptyMaps(file, parent) : less;
}

/** Touches only the lines concerned; where the text has a shape that this cannot do, the document is written anew with its comments. */
function changed(text: string, change: FileEdit): string {
  const before = dataOf(text) ?? {};
  const after = applied(before, change);
  if (isDeepStrictEqual(before, after)) return text;
  for (const touched of [editYamlLines(text, change.path, after), editYamlFlow(text, change.path, after)]) {
    if (touched !== undefined && isDeepStrictEqual(dataOf(touched), after)) return touched;
  }
  return rewritten(text, change, after);
}

/** The whole document, written by the library: aliases, explicit keys, and what else neither lines nor flow maps hold. */
function rewritten(text: string, { path, value }: FileEdit, after: JsonObject): string {
  const document = parseDocument(text, { merge: true });
  const prefixes = path.map((_, index) => path.slice(0, index + 1));
  try {
    if (value === null) {
      document.deleteIn(prefixes.find((prefix) => readPath(after, prefix) === undefined) ?? path);
    } else {
      const empty = prefixes.find((prefix) => document.hasIn(prefix) && document.getIn(prefix) === null);
      if (empty !== undefined) document.deleteIn(empty);
      document.setIn(path, isObject(value) || Array.isArray(value) ? flowNode(document, value) : value);
    }
  } catch (cause) {
    throw byHand(path, cause);
  }
  const written = document.toString({ lineWidth: 0 });
  if (!isDeepStrictEqual(dataOf(written), after)) throw byHand(path);
  return written;
}

function flowNode(document: Document, value: Json): Node {
  const node = document.createNode(value) as Node;
  flowLeaves(node);
  return node;
}

function byHand(path: Path, cause?: unknown): UserError {
  return new UserError(`${formatPath(path)} is where difyctl cannot edit it safely (an alias or a merge)`, {
    next: ['change that line by hand'],
    cause,
  });
}

function dataOf(text: string): JsonObject | undefined {
  const { data, problems } = readSource(text);
  return problems.length === 0 ? data : undefined;
}
