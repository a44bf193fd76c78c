import { Document, isCollection, isMap, isScalar, isSeq, type Node, visit } from 'yaml';
import { isObject, type Json } from '../base/json.ts';
import { isSecretRefShape } from '../base/secret-ref.ts';

/** Format of YAML that difyctl writes: no line folding. The indentation is 2 unless the file has another. */
const OPTIONS = { lineWidth: 0, flowCollectionPadding: true } as const;

/**
 * Formats keys and values as block lines, each ending in a newline. Secret references and lists of plain values stay on
 * one line.
 */
export function blockText(value: Json, indent: number): string {
  const document = new Document(value);
  flowLeaves(document);
  return document.toString({ ...OPTIONS, indent });
}

/** Formats a value on one line, as it follows its key. Returns undefined if it needs several lines. */
export function inlineText(value: Json): string | undefined {
  const document = new Document(value);
  flowLeaves(document);
  const { contents } = document;
  if (isCollection(contents) && contents.items.length > 0 && contents.flow !== true) return undefined;
  const text = document.toString(OPTIONS).replace(/\n$/, '');
  return text.includes('\n') ? undefined : text;
}

/**
 * Sets flow style for small values, which are easier to read on one line: references, lists of plain values, and the
 * entries of a list.
 */
export function flowLeaves(root: Document | Node): void {
  visit(root, {
    Seq: (_key, node, ancestors) => {
      node.flow = node.items.every(isScalar) || node.items.length === 0 || insideFlow(ancestors);
    },
    Map: (_key, node, ancestors) => {
      node.flow = node.items.length === 0 || isReference(node) || isSeq(ancestors.at(-1)) || insideFlow(ancestors);
    },
  });
}

function insideFlow(ancestors: readonly unknown[]): boolean {
  return ancestors.some((node) => isCollection(node) && node.flow === true);
}

/** `{ env: NAME }`, `{ file: PATH }`, `{ generated: true }`, `{ kubernetes: { name, key } }` */
function isReference(node: Node): boolean {
  if (!isMap(node) || node.items.length !== 1) return false;
  const value: unknown = node.toJSON();
  return isObject(value) && isSecretRefShape(value);
}
