import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { isSecretRefShape } from '../base/secret-ref.ts';
import { plannedComponents } from '../deployment/components.ts';
import type { FileEdit } from '../deployment/edit.ts';
import { validateDeployment } from '../deployment/load.ts';
import { formatPath, type Path, withoutField } from '../deployment/paths.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { answersOf } from './answers.ts';
import { completed, derived } from './complete.ts';
import { QUESTIONS } from './questions/all.ts';
import { dataOf, type WizardState } from './state.ts';

/**
 * The edits that a state makes to its file: the answers and the values they imply, without defaults. The wizard, flags,
 * variables and --set all become file edits here.
 */
export function changesFor(draft: WizardState): readonly FileEdit[] {
  return differences(draft.base, withoutDefaults(draft.base, completed(draft.base, dataOf(draft))), []);
}

/**
 * True if other answers imply a value that differs from this one. Such a value is written even if it is the default;
 * otherwise the implied value would replace it.
 */
function isContradicted(data: JsonObject, { path, value }: FileEdit): boolean {
  const name = formatPath(path);
  const question = QUESTIONS.find(({ id, codec }) => id === name && codec === undefined);
  const offer = question === undefined ? undefined : derived(question, answersOf(data));
  return offer !== undefined && !isDeepStrictEqual(offer.value, value);
}

/**
 * Removes the defaults from the data: values whose removal does not change the deployment. Keeps `defaults`, which they
 * depend on, and everything that the file had before.
 */
function withoutDefaults(base: JsonObject, data: JsonObject): JsonObject {
  const added = differences(base, data, []).filter(
    (change) => change.value !== null && change.path[0] !== 'defaults' && !isContradicted(data, change),
  );
  return added.reduceRight((lean, { path }) => {
    const without = withoutField(lean, path);
    return sameDeployment(lean, without) ? without : lean;
  }, data);
}

function sameDeployment(a: JsonObject, b: JsonObject): boolean {
  const [one, other] = [validateDeployment(a), validateDeployment(b)];
  if (!('deployment' in one) || !('deployment' in other)) return false;
  return isDeepStrictEqual(asPlanned(one.deployment), asPlanned(other.deployment));
}

/** A deployment with its effective component sizes: a size that the file leaves out is the tier's. */
function asPlanned(deployment: Deployment): unknown {
  return { ...deployment, components: plannedComponents(deployment) };
}

/** The leaves that differ, in the order of `after`, removals first. Lists and secret references are leaves. */
function differences(before: Json | undefined, after: Json, path: Path): readonly FileEdit[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isObject(after) || isSecretRefShape(after)) return [{ path, value: after }];
  const old = isObject(before) && !isSecretRefShape(before) ? (before as JsonObject) : {};
  const removed = Object.keys(old)
    .filter((key) => !Object.hasOwn(after, key))
    .map((key) => ({ path: [...path, key], value: null }));
  const changed = Object.entries(after as JsonObject).flatMap(([key, value]) =>
    differences(old[key], value, [...path, key]),
  );
  return [...removed, ...changed];
}
