import { type DeploymentFlag, kebabFlag, SHORT_NAMES, variableOf } from './flag-names.ts';
import { describe } from './schema/descriptions.ts';
import { DEPLOYMENT_SHAPE, type Shape } from './schema/shape.ts';

/** Fields without a flag: the format version of the file. */
const UNFLAGGED: ReadonlySet<string> = new Set(['apiVersion']);

/**
 * Every flag of the command line for the deployment, except `--context`, which is a global option. Plain data: the
 * build replaces this file by its value, so that a command knows its options without loading the schema.
 */
export const FLAG_TABLE: readonly DeploymentFlag[] = allFlags();

function allFlags(): readonly DeploymentFlag[] {
  const leaves = leavesOf(DEPLOYMENT_SHAPE, '');
  const short = SHORT_NAMES.map(({ flag, paths, summary }) => {
    const [first = ''] = paths;
    return { ...flagFields(flag, leaves.get(first)), paths, summary, common: true };
  });
  const hidden = new Set(SHORT_NAMES.filter(({ alsoPath }) => !alsoPath).flatMap(({ paths }) => paths));
  const byPath = [...leaves]
    .filter(([path]) => !hidden.has(path) && !UNFLAGGED.has(path))
    .map(([path, shape]) => ({
      ...flagFields(kebabFlag(path), shape),
      paths: [path],
      summary: describe(path.split('.')) ?? `fills ${path}`,
      common: false,
    }));
  return [...short, ...byPath];
}

function flagFields(
  flag: string,
  shape: Shape | undefined,
): Pick<DeploymentFlag, 'flag' | 'variable' | 'kind' | 'choices'> {
  const choices = shape !== undefined && 'choices' in shape ? shape.choices : [];
  return { flag, variable: variableOf(flag), kind: kindOf(shape), choices };
}

function kindOf(shape: Shape | undefined): DeploymentFlag['kind'] {
  switch (shape?.kind) {
    case 'secret':
    case 'number':
    case 'boolean':
    case 'list':
      return shape.kind;
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
