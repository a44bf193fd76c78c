import { isObject } from '../../../base/json.ts';
import { at, textAt } from '../../../base/json-path.ts';
import type { KubernetesObject } from '../../../render/rendered.ts';
import type { Drift, DriftAuthor } from '../drift.ts';
import { shownValues } from '../shown.ts';
import { addedBy } from './added.ts';
import { type Difference, isBlank, missingOrChanged } from './compare.ts';
import { type Manager, managersOf, newest, owns } from './managers.ts';

/** A drift with the data to revert it; `wanted` and `live` may hold secrets and are sent to the API only. */
export interface Finding {
  readonly drift: Drift;
  /** The live object; absent if it does not exist. */
  readonly live?: unknown;
  /** Absent if the object does not exist, or differs as a whole. */
  readonly difference?: Difference;
}

export interface Applied {
  readonly objects: readonly KubernetesObject[];
  /**
   * Field managers that apply. A difference that only they wrote is no drift: admission or the server changed it during
   * the apply.
   */
  readonly appliers: readonly string[];
}

/** Field managers of controllers: what they add to objects is no drift. */
const CONTROLLERS = /controller|operator|autoscaler|webhook|admission|kubelet|scheduler|^(flux|argo)/i;

/**
 * Compares live objects with the applied ones. `live` returns an object with its managed fields; undefined if it does
 * not exist.
 */
export function findings(
  { objects, appliers }: Applied,
  live: (object: KubernetesObject) => unknown,
): readonly Finding[] {
  const scaled = autoscaled(objects);
  return objects.flatMap((object): readonly Finding[] => {
    const { kind, metadata } = object;
    const found = live(object);
    if (found === undefined) return [{ drift: { kind, name: metadata.name, change: 'gone' } }];
    const isScaled = scaled.has(`${kind}/${metadata.name}`);
    return differencesOf(object, found, appliers)
      .filter(({ difference }) => !isAllowed(kind, isScaled, difference))
      .map(({ difference, by }) => ({ drift: driftOf(object, difference, by), live: found, difference }));
  });
}

interface Attributed {
  readonly difference: Difference;
  readonly by: Manager | undefined;
}

function differencesOf(object: KubernetesObject, live: unknown, appliers: readonly string[]): readonly Attributed[] {
  const wanted = comparable(object);
  const managers = managersOf(live);
  const others = managers.filter(({ manager }) => !appliers.includes(manager));
  const changed = missingOrChanged(wanted, live).flatMap((difference): readonly Attributed[] => {
    const owners = managers.filter((manager) => owns(manager, difference.steps));
    const foreign = newest(owners.filter((manager) => others.includes(manager)));
    // Changed by admission or normalised by the server during the apply; no other manager wrote it since.
    if (foreign === undefined && owners.length > 0 && difference.live !== undefined) return [];
    return [{ difference, by: foreign ?? lateWriter(managers, others) }];
  });
  const people = others.filter(({ manager }) => !CONTROLLERS.test(manager));
  const added = people.flatMap((by) => addedBy(by, wanted, live).map((difference) => ({ difference, by })));
  return [...changed, ...uniquePaths(added)];
}

/** A removed field has no owner: the last writer is the likely author, if it is not one of those that apply. */
function lateWriter(managers: readonly Manager[], others: readonly Manager[]): Manager | undefined {
  const last = newest(managers);
  return last !== undefined && others.includes(last) ? last : undefined;
}

function uniquePaths(all: readonly Attributed[]): readonly Attributed[] {
  return all.filter(
    ({ difference: { path } }, index) => all.findIndex((one) => one.difference.path === path) === index,
  );
}

/**
 * The part of an object that is compared: without identity and status, of the metadata only labels and annotations; a
 * Secret's `stringData` encoded as the API stores it.
 */
function comparable({ apiVersion: _, kind, metadata, status: __, ...rest }: KubernetesObject): Record<string, unknown> {
  const { labels, annotations } = metadata;
  const shown = { metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
  if (kind !== 'Secret') return { ...rest, ...shown };
  const { stringData, data, ...others } = rest as Record<string, unknown>;
  const texts = Object.entries(isObject(stringData) ? stringData : {});
  const encoded = texts.map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]);
  const given = Object.entries(isObject(data) ? data : {}).map(([key, text]) => [key, String(text).replace(/\s/g, '')]);
  return { ...others, ...shown, data: Object.fromEntries([...given, ...encoded]) };
}

/** Kinds that decide the replicas of a workload: an autoscaler, and KEDA's own form of it. */
const SCALERS: readonly string[] = ['HorizontalPodAutoscaler', 'ScaledObject'];

/** Workloads whose replicas an applied autoscaler decides, as `Kind/name`. */
export function autoscaled(objects: readonly unknown[]): ReadonlySet<string> {
  const scalers = objects.filter((object) => SCALERS.includes(textAt(object, 'kind')));
  const targets = scalers.map((object) => at(object, 'spec', 'scaleTargetRef'));
  return new Set(targets.map((target) => `${textAt(target, 'kind')}/${textAt(target, 'name')}`));
}

/**
 * True for changes by an autoscaler, and of claims, which may only grow. Replicas of 0 are a difference: they switch
 * the autoscaler off.
 */
function isAllowed(kind: string, isScaled: boolean, { path, live, wanted }: Difference): boolean {
  if (isScaled && path === 'spec.replicas') return !isBlank(live) || isBlank(wanted);
  return kind === 'PersistentVolumeClaim' && path.startsWith('spec.');
}

function driftOf(object: KubernetesObject, difference: Difference, by: Manager | undefined): Drift {
  const { kind, metadata } = object;
  const { path, wanted, live } = difference;
  const change = live === undefined ? 'removed' : wanted === undefined ? 'added' : 'changed';
  const author: DriftAuthor | undefined = by && { manager: by.manager, at: by.at };
  return {
    ...{ kind, name: metadata.name, change, path },
    ...shownValues(kind, path, wanted, live),
    ...(author === undefined ? {} : { by: author }),
  };
}
