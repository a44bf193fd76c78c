import { isObject, type JsonObject } from '../base/json.ts';
import { nearest } from '../base/suggest.ts';
import { formatPath, type Path, readPath } from './paths.ts';
import { type Branch, branchesAt, DEPLOYMENT_SHAPE, type Shape } from './schema/shape.ts';

/** Explains why a key is not allowed: it belongs to another choice, is misspelled, or belongs to another section. */
export function unknownKeyMessage(parent: Path, key: string, data: JsonObject, root: Shape = DEPLOYMENT_SHAPE): string {
  const branches = branchesAt(parent, root);
  // With only one branch there is no choice: a wrong literal (apiVersion) must not exclude it.
  const chosen =
    branches.length === 1 ? branches : branches.filter((branch) => conflicts(branch, parent, data).length === 0);
  const others = branches.filter((branch) => !chosen.includes(branch));
  const owner = others.find((branch) => branch.keys.has(key));
  if (owner !== undefined) return `only allowed with ${choiceText(owner, parent, data)}`;
  const rivals = rivalsOf(key, parent, data, chosen);
  if (rivals.length > 0) return `not together with ${rivals.join(', ')}; keep one of them`;
  const here = nearest(key, keysOf(chosen));
  if (here !== undefined) return `unknown key; did you mean ${here}?`;
  const inOther = nearest(key, keysOf(others));
  if (inOther !== undefined) {
    const branch = others.find(({ keys }) => keys.has(inOther));
    return `unknown key; did you mean ${inOther}, which is only allowed with ${branch === undefined ? '' : choiceText(branch, parent, data)}?`;
  }
  const home = homes(chosen, key, parent)[0] ?? homes(others, key, parent)[0];
  if (home !== undefined) return `unknown key here; did you mean ${home}?`;
  return `unknown key; known here: ${keysOf(chosen).join(', ')}`;
}

/** The choice that a branch needs: `postgres.mode: external`. */
function choiceText(branch: Branch, parent: Path, data: JsonObject): string {
  const section = parent.length === 0 ? '' : `${formatPath(parent)}.`;
  return conflicts(branch, parent, data)
    .map((conflict) => section + conflict)
    .join(', ');
}

/** The literals of a branch that differ from the file: `mode: external`. */
function conflicts(branch: Branch, parent: Path, data: JsonObject): readonly string[] {
  return [...branch.chosenBy].flatMap(([key, values]) => {
    const value = readPath(data, [...parent, key]);
    if (values.includes(value === undefined ? undefined : String(value))) return [];
    return [`${key}: ${values.find((wanted) => wanted !== undefined) ?? ''}`];
  });
}

/**
 * Known keys beside this one that are in no alternative with it, if no literal chooses between the alternatives
 * (target.chart).
 */
function rivalsOf(key: string, parent: Path, data: JsonObject, branches: readonly Branch[]): readonly string[] {
  const own = branches.filter(({ keys }) => keys.has(key));
  const beside = readPath(data, parent);
  if (own.length === 0 || !isObject(beside)) return [];
  const known = keysOf(branches);
  return Object.keys(beside).filter((name) => known.includes(name) && !own.some(({ keys }) => keys.has(name)));
}

function keysOf(branches: readonly Branch[]): readonly string[] {
  return [...new Set(branches.flatMap(({ keys }) => [...keys.keys()]))];
}

/** Paths below these branches that have a key with this name. */
function homes(branches: readonly Branch[], key: string, parent: Path): readonly string[] {
  return branches.flatMap(({ keys }) =>
    [...keys].flatMap(([name, shape]) => homesBelow(shape, key, [...parent, name])),
  );
}

function homesBelow(shape: Shape, key: string, path: Path): readonly string[] {
  if (shape.kind !== 'object') return [];
  const own = shape.branches.some(({ keys }) => keys.has(key)) ? [formatPath([...path, key])] : [];
  return [...own, ...homes(shape.branches, key, path)];
}
