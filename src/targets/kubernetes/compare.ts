import { isObject } from '../../base/json.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import { fieldChanges } from '../fields.ts';
import type { PlannedChange } from '../target.ts';
import { keyOf } from './objects.ts';

/**
 * Fields that follow from others: the name of the Secret with the values, and the chart's checksums of the contents
 * that a pod reads.
 */
const FOLLOWS = /(secretKeyRef\.name|secretRef\.name|secret\.secretName|annotations\."checksum\/[^"]*")$/;

/** Order of changes for the operator: create, change, delete. */
const ORDER = { create: 0, change: 1, delete: 2 } as const;

/**
 * Returns the changes that turn `current` into `wanted`. `present` has the keys of wanted objects that exist in the
 * cluster. If it is known, an object that is missing from the cluster is created again although the release still has
 * it.
 */
export function compareObjects(
  current: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
  namespace: string,
  present: ReadonlySet<string> | undefined,
): readonly PlannedChange[] {
  const before = new Map(current.map((object) => [keyOf(object, namespace), object]));
  const made = wanted.flatMap((object): readonly PlannedChange[] => {
    const { kind, metadata } = object;
    const key = keyOf(object, namespace);
    const known = before.get(key);
    if (known === undefined || present?.has(key) === false) return [{ action: 'create', kind, name: metadata.name }];
    const paths = differences(known, object);
    if (paths.length === 0) return [];
    return [{ action: 'change', kind, name: metadata.name, paths, fields: fieldChanges(kind, known, object, FOLLOWS) }];
  });
  const gone = goneObjects(current, wanted, namespace);
  return sortChanges([
    ...made,
    ...gone.map(({ kind, metadata }) => ({ action: 'delete' as const, kind, name: metadata.name })),
  ]);
}

/** Returns the objects that helm would delete to get from `current` to `wanted`. */
export function goneObjects(
  current: readonly KubernetesObject[],
  wanted: readonly KubernetesObject[],
  namespace: string,
): readonly KubernetesObject[] {
  const keys = new Set(wanted.map((object) => keyOf(object, namespace)));
  return current.filter((object) => !keys.has(keyOf(object, namespace)) && !isKept(object));
}

export function sortChanges(changes: readonly PlannedChange[]): readonly PlannedChange[] {
  const rank = ({ action, kind, name }: PlannedChange) => `${ORDER[action]} ${kind} ${name}`;
  return changes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** Returns true if helm keeps the object, even if the release no longer has it. */
function isKept({ metadata }: KubernetesObject): boolean {
  const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
  return annotations['helm.sh/resource-policy'] === 'keep';
}

/**
 * Returns the paths at which two values differ: `spec.template.spec.containers[0].image`. Absent, null and empty mean
 * the same to the API server.
 */
export function differences(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isEmpty(before) && isEmpty(after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, at) => differences(before[at], after[at], `${path}[${at}]`)).flat();
  }
  return before === after ? [] : [path];
}

/** Returns the paths at which `live` lacks a value of `wanted`. Fields that the server added are no difference. */
export function lacking(live: unknown, wanted: unknown, path = ''): readonly string[] {
  if (isEmpty(wanted)) return [];
  if (isObject(wanted)) {
    const found = isObject(live) ? live : {};
    return Object.entries(wanted).flatMap(([key, value]) =>
      lacking(found[key], value, path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(wanted) && Array.isArray(live) && wanted.length === live.length) {
    return wanted.flatMap((value, at) => lacking(live[at], value, `${path}[${at}]`));
  }
  return wanted === live ? [] : [path];
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}
