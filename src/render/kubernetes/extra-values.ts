import { type Problem, UserError } from '../../base/errors.ts';
import { deepMerge, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { firstOf } from '../../base/words.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { RenderModel } from '../model.ts';
import { SECRET_KEYS } from './known-keys.ts';

/** Lists of named items that `extraValues` extends. If it replaced one, the component would lose its secrets. */
const ADDED_TO: ReadonlySet<string> = new Set(['extraEnv', 'extraVolumes', 'extraVolumeMounts']);
/** A shorter value may be an ordinary word that is in the file by chance. */
const SHORTEST_SECRET = 8;
/** Upper limit of reported paths. */
const MOST_SHOWN = 20;
/** Minimum length for a match inside a longer text, such as a URL. */
const SHORTEST_INSIDE = 16;

/**
 * Merges the file's `extraValues` over the rendered values. Lists of named items are merged by name, other lists are
 * replaced.
 */
export function withExtraValues(values: JsonObject, extra: JsonObject): JsonObject {
  return deepMerge(values, unitedLists(values, extra)) as JsonObject;
}

function unitedLists(values: Json | undefined, extra: Json): Json {
  if (!isObject(extra)) return extra;
  const below = isObject(values) ? (values as JsonObject) : {};
  return Object.fromEntries(
    Object.entries(extra as JsonObject).map(([key, value]) => {
      const ours = below[key];
      const both = ADDED_TO.has(key) && Array.isArray(ours) && Array.isArray(value);
      return [key, both ? united(ours, value) : unitedLists(ours, value)];
    }),
  );
}

function united(ours: readonly Json[], theirs: readonly Json[]): readonly Json[] {
  const replaced = new Set(theirs.map(nameOf));
  return [...ours.filter((item) => !replaced.has(nameOf(item))), ...theirs];
}

function nameOf(item: Json): Json | undefined {
  return isObject(item) ? (item as JsonObject).name : undefined;
}

/**
 * Throws UserError with the paths, never the values, if a secret would be in values.yaml as plain text: in
 * `extraValues`, a text in a key in which the chart keeps a secret; in `extraValues` and `components`, the value of a
 * secret of this deployment.
 */
export function refuseSecrets({ deployment, requiredSecrets }: RenderModel, secrets: SecretValues): void {
  const values = requiredSecrets
    .map(({ path }) => secrets.get(path))
    .filter((value) => value.length >= SHORTEST_SECRET);
  const problems = [
    ...secretsIn(deployment.extraValues as JsonObject, 'extraValues', '', values),
    ...secretsIn(deployment.components as JsonObject, 'components', '', values),
  ];
  if (problems.length === 0) return;
  const paths = problems.map(({ path }) => path);
  throw new UserError(`the file must not contain a secret: ${firstOf(paths, MOST_SHOWN)}`, {
    problems: problems.slice(0, MOST_SHOWN),
    next: ['use a reference in the field of the file for it, such as postgres.password: { env: NAME }'],
  });
}

function secretsIn(value: Json, path: string, key: string, secrets: readonly string[]): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => secretsIn(item, `${path}[${index}]`, key, secrets));
  if (isObject(value)) {
    return Object.entries(value as JsonObject).flatMap(([step, below]) =>
      secretsIn(below, `${path}.${step}`, key === '' ? step : `${key}.${step}`, secrets),
    );
  }
  if (typeof value !== 'string' || value === '') return [];
  if (SECRET_KEYS.includes(key)) return [{ path, message: 'the chart stores a secret here' }];
  return secrets.some((secret) => isOrHolds(value, secret)) ? [{ path, message: 'a secret of this deployment' }] : [];
}

function isOrHolds(text: string, secret: string): boolean {
  return text === secret || (secret.length >= SHORTEST_INSIDE && text.includes(secret));
}
