import type { StorageClassFact } from '../../evidence/cluster/classes.ts';
import { countedKind, objectsOf } from '../../evidence/cluster/quota-kinds.ts';
import type { PodDemands } from '../../evidence/rendered/demands.ts';
import type { PlannedClaim, PlannedWorkload, RenderedSet } from '../../evidence/rendered/set.ts';
import { classOf } from './storage-class.ts';

/** The plan, with only the claims that do not exist yet, and the classes that they may get. */
export interface Asked extends RenderedSet {
  readonly classes: readonly StorageClassFact[];
}

/**
 * What each resource name of a quota counts in the plan. A name that neither this, OF_CLASS nor `countedKind` covers is
 * not judged.
 */
const ASKED: Readonly<Record<string, (planned: Asked) => number>> = {
  pods: ({ workloads }) => sumOf(workloads, () => 1),
  'count/pods': ({ workloads }) => sumOf(workloads, () => 1),
  cpu: ({ workloads }) => sumOf(workloads, ({ pod }) => pod.cpu),
  'requests.cpu': ({ workloads }) => sumOf(workloads, ({ pod }) => pod.cpu),
  memory: ({ workloads }) => sumOf(workloads, ({ pod }) => pod.memory),
  'requests.memory': ({ workloads }) => sumOf(workloads, ({ pod }) => pod.memory),
  'limits.cpu': ({ workloads }) => sumOf(workloads, ({ demands }) => limitOf(demands, 'cpu')),
  'limits.memory': ({ workloads }) => sumOf(workloads, ({ demands }) => limitOf(demands, 'memory')),
  'requests.storage': ({ claims }) => bytesOf(claims),
  persistentvolumeclaims: ({ claims }) => countOf(claims),
  'count/persistentvolumeclaims': ({ claims }) => countOf(claims),
};

/** `fast.storageclass.storage.k8s.io/requests.storage`, `…/persistentvolumeclaims`. */
const OF_CLASS = /^(.+)\.storageclass\.storage\.k8s\.io\/(requests\.storage|persistentvolumeclaims)$/;

/**
 * How much of a quota's resource the plan needs, in cores, bytes or pieces. Undefined for a name that is not judged.
 */
export function askedOf(resource: string, planned: Asked): number | undefined {
  const known = ASKED[resource];
  if (known !== undefined) return known(planned);
  const [, className, what] = OF_CLASS.exec(resource) ?? [];
  if (className !== undefined) {
    const own = planned.claims.filter((claim) => classOf(claim, planned.classes)?.name === className);
    return what === 'requests.storage' ? bytesOf(own) : countOf(own);
  }
  const kind = countedKind(resource);
  return kind === undefined ? undefined : objectsOf(kind, planned.objects).length;
}

/** True if this check judges the resource. */
export function isJudged(resource: string): boolean {
  return resource in ASKED || OF_CLASS.test(resource) || countedKind(resource) !== undefined;
}

function countOf(claims: readonly PlannedClaim[]): number {
  return claims.reduce((sum, { count }) => sum + count, 0);
}

function bytesOf(claims: readonly PlannedClaim[]): number {
  return claims.reduce((sum, { storage, count }) => sum + storage * count, 0);
}

function sumOf(workloads: readonly PlannedWorkload[], of: (workload: PlannedWorkload) => number): number {
  return workloads.reduce((sum, workload) => sum + workload.replicas * of(workload), 0);
}

function limitOf({ containers }: PodDemands, of: 'cpu' | 'memory'): number {
  const limits = (isInit: boolean) =>
    containers.filter((one) => one.isInit === isInit).map((one) => one.limits[of] ?? 0);
  return Math.max(
    limits(false).reduce((sum, one) => sum + one, 0),
    ...limits(true),
  );
}
