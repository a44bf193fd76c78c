import { at, listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import { gracefulStops } from '../../render/kubernetes/graceful.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import { FIELD_MANAGER } from '../../state/kubernetes/labels.ts';
import type { ApplyOptions, FieldChange, Plan, PlannedChange } from '../target.ts';
import type { Connection } from './connection.ts';
import { keyOf } from './objects.ts';

const POD = 'spec.template.spec';

/**
 * Returns the changes to the release with those that give its pods a graceful stop. `live` are the objects that exist;
 * one that does not is created with it.
 */
export function withGracefulStops(
  changes: readonly PlannedChange[],
  wanted: readonly KubernetesObject[],
  live: ReadonlyMap<string, KubernetesObject>,
  namespace: string,
): readonly PlannedChange[] {
  const stops = gracefulStops(wanted).flatMap((stop): readonly PlannedChange[] => {
    const found = live.get(keyOf(stop, namespace));
    const fields = found === undefined ? [] : missingFields(found, stop);
    const { kind, metadata } = stop;
    const paths = fields.map(({ path }) => path);
    return fields.length === 0 ? [] : [{ action: 'change', kind, name: metadata.name, paths, fields }];
  });
  const isSame = (a: PlannedChange, b: PlannedChange) => a.kind === b.kind && a.name === b.name;
  const merged = changes.map((change): PlannedChange => {
    const stop = stops.find((one) => isSame(one, change));
    if (stop === undefined || change.action !== 'change') return change;
    const paths = [...(change.paths ?? []), ...(stop.paths ?? [])];
    return { ...change, paths, fields: [...(change.fields ?? []), ...(stop.fields ?? [])] };
  });
  return [...merged, ...stops.filter((stop) => !changes.some((change) => isSame(change, stop)))];
}

/** Compares containers by name: a mesh may have added its own. */
function missingFields(live: KubernetesObject, stop: KubernetesObject): readonly FieldChange[] {
  const [now, then] = [live, stop].map((object) => at(object, 'spec', 'template', 'spec'));
  const grace = ['terminationGracePeriodSeconds'].flatMap((key) =>
    changed(`${POD}.${key}`, at(now, key), at(then, key)),
  );
  const hooks = listAt(then, 'containers').flatMap((container) => {
    const name = textAt(container, 'name');
    const found = listAt(now, 'containers').find((one) => textAt(one, 'name') === name);
    const command = (one: unknown) => listAt(one, 'lifecycle', 'preStop', 'exec', 'command').join(' ') || undefined;
    return changed(`${POD}.containers[${name}].lifecycle.preStop`, command(found), command(container));
  });
  return [...grace, ...hooks];
}

function changed(path: string, was: unknown, is: unknown): readonly FieldChange[] {
  if (is === undefined || was === is) return [];
  return [{ path, ...(was === undefined ? {} : { was: String(was) }), is: String(is) }];
}

/**
 * Gives the pods of the release a graceful stop, by a server-side apply of only these fields: they stay when helm
 * upgrades the release again. Deployments that these changes created have started pods without it. No request reaches these
 * pods yet, so their ReplicaSets are deleted, and the rolling update to pods with it does not wait for them.
 */
export async function applyGracefulStops(
  { kubectl, release }: Connection,
  objects: readonly KubernetesObject[],
  { changes, signal }: Pick<Plan, 'changes'> & Pick<ApplyOptions, 'signal'>,
): Promise<void> {
  const items = gracefulStops(objects);
  if (items.length === 0) return;
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  // kubectl validates whole objects, and these have only some fields.
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager', FIELD_MANAGER, '--validate=false'];
  await kubectl.run([...args, '-n', release.namespace, '-f', '-'], { input, signal });
  const isCreated = ({ kind, metadata }: KubernetesObject) =>
    changes.some((one) => one.action === 'create' && one.kind === kind && one.name === metadata.name);
  const created = items.filter(isCreated);
  if (created.length === 0) return;
  try {
    const answer = await kubectl.run(['get', 'replicasets', '-n', release.namespace, '-o', 'json'], { signal });
    const names = replacedSets(jsonAnswer(answer, 'kubectl get replicasets'), created);
    if (names.length === 0) return;
    const gone = ['--ignore-not-found', '--wait=false'];
    await kubectl.run(['delete', 'replicasets', ...names, '-n', release.namespace, ...gone], { signal });
  } catch (error) {
    // Without this right the rolling update takes longer, and ends the same.
    if (!(error instanceof KubectlError && error.reason === 'forbidden')) throw error;
  }
}

/** Returns the names of the ReplicaSets in kubectl's answer that have another stop than their Deployment. Pure. */
export function replacedSets(list: unknown, deployments: readonly KubernetesObject[]): readonly string[] {
  return listAt(list, 'items').flatMap((set) => {
    const owner = listAt(set, 'metadata', 'ownerReferences').find((one) => textAt(one, 'kind') === 'Deployment');
    const deployment = deployments.find(({ metadata }) => metadata.name === textAt(owner, 'name'));
    const isOther = deployment !== undefined && missingFields(set as KubernetesObject, deployment).length > 0;
    return isOther ? [textAt(set, 'metadata', 'name')] : [];
  });
}
