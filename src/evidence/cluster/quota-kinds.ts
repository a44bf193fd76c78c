import type { PlannedObject } from '../rendered/set.ts';

/** Kinds that a quota also counts by a name without `count/`. */
const PLAIN = /^(services|configmaps|secrets)$/;

/** A resource name of a quota that counts objects of one kind: `secrets`, `count/deployments.apps`. */
export interface CountedKind {
  /** As in the paths of the API: `deployments`. */
  readonly plural: string;
  /** Empty for the core group. */
  readonly group: string;
}

/** Returns the kind that the resource of a quota counts. Undefined if it counts something else. */
export function countedKind(resource: string): CountedKind | undefined {
  const name = PLAIN.test(resource) ? resource : /^count\/(.+)$/.exec(resource)?.[1];
  const [, plural, group = ''] = /^([a-z0-9]+)(?:\.(.+))?$/.exec(name ?? '') ?? [];
  return plural === undefined ? undefined : { plural, group };
}

/** Returns the objects of a kind. */
export function objectsOf({ plural, group }: CountedKind, objects: readonly PlannedObject[]): readonly PlannedObject[] {
  return objects.filter((object) => pluralOf(object.kind) === plural && groupOf(object.apiVersion) === group);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** The resource name of a kind, as the API spells it: `ingresses`, `networkpolicies`. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(s|x|ch)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}
