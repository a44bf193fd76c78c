import { isObject } from '../../../base/json.ts';
import { at, textAt } from '../../../base/json-path.ts';
import type { KubernetesObject } from '../../../render/rendered.ts';
import type { Drift, DriftAuthor } from '../drift.ts';
import { shownValues } from '../shown.ts';
import { addedBy } from './added.ts';
import { type Difference, isBlank, missingOrChanged } from './compare.ts';
import { type Manager, managersOf, newest, owns } from './managers.ts';

/** A drift with what repairs it; `wanted` and `live` may hold secrets and go no further than the API. */
export interface Finding {
  readonly drift: Drift;
  /** The object as it lives; absent if it is gone. */
  readonly live?: unknown;
  /** Absent if the object is gone, or differs as a whole. */
  readonly difference?: Difference;
}

export interface Applied {
  readonly objects: readonly KubernetesObject[];
  /** Field managers that apply: what they changed is what was applied, also if admission or the server wrote it another way. */
  readonly appliers: readonly string[];
}

/** Controllers write into objects as their work; they are no drift where nothing was applied. */
const CONTROLLERS = /controller|operator|autoscaler|webhook|admission|kubelet|scheduler|^(flux|argo)/i;

/** What lives against what was applied. `live` gives an object as it is, with its managed fields; undefined if there is none. */
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
    // Admission, or the server's own way to write it, when it was applied: nobody else has touched it since.
    if (foreign === undefined && owners.length > 0 && difference.live !== undefined) return [];
    return [{ difference, by: foreign ?? lateWriter(managers, others) }];
  });
  const people = others.filter(({ manager }) => !CONTROLLERS.test(manager));
  const added = people.flatMap((by) => addedBy(by, wanted, live).map((difference) => ({ difference, by })));
  return [...changed, ...uniquePaths(added)];
}

/** A removed field has no owner: whoever wrote last, after those who apply, is the likely one. */
function lateWriter(managers: readonly Manager[], others: readonly Manager[]): Manager | undefined {
  const last = newest(managers);
  return last !== undefined && others.includes(last) ? last : undefined;
}

function uniquePaths(all: readonly Attributed[]): readonly Attributed[] {
  return all.filter(
    ({ difference: { path } }, index) => all.findIndex((one) => one.difference.path === path) === index,
  );
}

/** What counts of an object: no identity, no status, of the metadata labels and annotations; a Secret's texts as the API keeps them. */
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

/** Workloads whose number of replicas an applied autoscaler decides, as `Kind/name`. */
export function autoscaled(objects: readonly unknown[]): ReadonlySet<string> {
  const scalers = objects.filter((object) => textAt(object, 'kind') === 'HorizontalPodAutoscaler');
  const targets = scalers.map((object) => at(object, 'spec', 'scaleTargetRef'));
  return new Set(targets.map((target) => `${textAt(target, 'kind')}/${textAt(target, 'name')}`));
}

/** An autoscaler's own work, and claims that have grown: they never shrink. At 0 replicas an autoscaler is switched off. */
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
