import { isDeepStrictEqual } from 'node:util';
import { type Document, type Node, parseDocument } from 'yaml';
import { UserError } from '../base/errors.ts';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { API_VERSION } from '../base/version.ts';
import { inKeyOrder } from './key-order.ts';
import { formatPath, type Path, readPath, withoutField, withPath } from './paths.ts';
import { readSource } from './source.ts';
import { editYamlFlow } from './yaml-flow-edit.ts';
import { editYamlLines } from './yaml-line-edit.ts';
import { blockText, flowLeaves } from './yaml-text.ts';

/** One change to a file; null removes the field. Lists and secret references are changed as a whole. */
export interface FileEdit {
  readonly path: Path;
  readonly value: Json;
}

/**
 * First line of the files that difyctl writes. Editors with a YAML language server use it for completion and
 * validation.
 */
const SCHEMA_COMMENT = '# yaml-language-server: $schema=.difyctl/schema.json\n';

/**
 * Returns the text of a deployment file after these changes. A new file has the order of the schema. In an existing
 * file, unchanged lines and comments stay as they are, and a new key is inserted at its position in the schema. Pure
 * and deterministic. The caller leaves out values that equal a default. Throws UserError if the existing text is not
 * valid YAML.
 */
export function editDeployment(existing: string | undefined, changes: readonly FileEdit[]): string {
  if (existing === undefined || existing.trim() === '') return newText(changes);
  const source = readSource(existing);
  if (source.problems.length > 0) {
    throw new UserError('the file must be valid before difyctl can edit it', { problems: source.problems });
  }
  return changes.reduce(changed, existing);
}

function newText(changes: readonly FileEdit[]): string {
  const data = changes.reduce<JsonObject>((file, change) => applied(file, change), { apiVersion: API_VERSION });
  return SCHEMA_COMMENT + blockText(inKeyOrder(data, data), 2);
}

function applied(file: JsonObject, { path, value }: FileEdit): JsonObject {
  return value === null ? withoutField(file, path) : (withPath(file, path, value) as JsonObject);
}

/**
 * Changes only the lines concerned. If the text has a form that does not allow this, the document is rewritten with its
 * comments.
 */
function changed(text: string, change: FileEdit): string {
  const before = dataOf(text) ?? {};
  const after = applied(before, change);
  if (isDeepStrictEqual(before, after)) return text;
  for (const touched of [editYamlLines(text, change.path, after), editYamlFlow(text, change.path, after)]) {
    if (touched !== undefined && isDeepStrictEqual(dataOf(touched), after)) return touched;
  }
  return rewritten(text, change, after);
}

/**
 * Rewrites the whole document with the YAML library; for aliases, explicit keys and other forms that the line and flow
 * editors do not support. Throws UserError if the result is not as expected.
 */
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
  return new UserError(`difyctl cannot edit ${formatPath(path)} safely, because an alias or a merge key sets it`, {
    next: ['change that line by hand'],
    cause,
  });
}

function dataOf(text: string): JsonObject | undefined {
  const { data, problems } = readSource(text);
  return problems.length === 0 ? data : undefined;
}
