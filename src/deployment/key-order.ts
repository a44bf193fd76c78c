import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { withDefaults } from './defaults.ts';
import { type Path, readPath } from './paths.ts';
import { type Branch, branchesAt } from './schema/shape.ts';

/**
 * The keys of the object at a path in the order of the schema; those of the branch that the file chooses come first.
 */
export function keyOrder(path: Path, data: JsonObject): readonly string[] {
  const branches = branchesAt(path);
  const at = readPath(withDefaults(data), path);
  const chosen = branches.filter((branch) => fits(branch, at));
  return [...new Set([...chosen, ...branches].flatMap(({ keys }) => [...keys.keys()]))];
}

/**
 * Returns a copy with the keys of every object in the order of the schema. Keys that the schema does not have keep
 * their order.
 */
export function inKeyOrder(value: Json, data: JsonObject, path: Path = []): Json {
  if (!isObject(value)) return value;
  const order = keyOrder(path, data);
  const entries = Object.entries(value as JsonObject);
  const known = order.flatMap((key) => entries.filter(([name]) => name === key));
  const others = entries.filter(([name]) => !order.includes(name));
  return Object.fromEntries(
    [...known, ...others].map(([key, below]) => [key, inKeyOrder(below, data, [...path, key])]),
  );
}

function fits({ chosenBy }: Branch, value: Json | undefined): boolean {
  return [...chosenBy].every(([key, values]) => {
    const actual = readPath(value, [key]);
    return values.includes(actual === undefined ? undefined : String(actual));
  });
}
