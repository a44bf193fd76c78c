import type { DeploymentFlag } from './flag-names.ts';
import { describe } from './schema/descriptions.ts';
import { DEPLOYMENT_SHAPE, type Shape } from './schema/shape.ts';

/** A field that a single value sets. A row, not an object, because the program contains hundreds of them. */
export type FlagField = readonly [
  path: string,
  summary: string,
  kind: DeploymentFlag['kind'],
  ...choices: readonly string[],
];

/** Fields without a flag: the format version of the file. */
const UNFLAGGED: ReadonlySet<string> = new Set(['apiVersion']);

/**
 * Every field that a flag can set, in the order of the schema. Plain data: the build replaces this file by its value,
 * so that a command knows its options without loading the schema.
 */
export const FLAG_FIELDS: readonly FlagField[] = [...leavesOf(DEPLOYMENT_SHAPE, '')]
  .filter(([path]) => !UNFLAGGED.has(path))
  .map(([path, shape]) => [path, describe(path.split('.')) ?? `fills ${path}`, kindOf(shape), ...choicesOf(shape)]);

function choicesOf(shape: Shape): readonly string[] {
  return 'choices' in shape ? shape.choices : [];
}

function kindOf({ kind }: Shape): DeploymentFlag['kind'] {
  switch (kind) {
    case 'secret':
    case 'number':
    case 'boolean':
    case 'list':
      return kind;
    case 'record':
    case 'any':
      return 'yaml';
    default:
      return 'text';
  }
}

/** The paths of all fields that a single value can set, over all branches, in the order of the schema. */
function leavesOf(shape: Shape, path: string): ReadonlyMap<string, Shape> {
  const leaves = new Map<string, Shape>();
  if (shape.kind !== 'object') return leaves.set(path, shape);
  if (shape.scalar !== undefined) leaves.set(path, shape.scalar);
  for (const { keys } of shape.branches) {
    for (const [key, value] of keys) {
      for (const [leaf, found] of leavesOf(value, path === '' ? key : `${path}.${key}`)) {
        const known = leaves.get(leaf);
        leaves.set(leaf, known === undefined ? found : mergeChoices(known, found));
      }
    }
  }
  return leaves;
}

/** The same field in two branches: accepts the choices of both. */
function mergeChoices(known: Shape, found: Shape): Shape {
  if (!('choices' in known) || !('choices' in found) || known.kind !== found.kind) return known;
  if (known.choices.length === 0 || found.choices.length === 0) return { kind: known.kind, choices: [] };
  return { kind: known.kind, choices: [...new Set([...known.choices, ...found.choices])] };
}
