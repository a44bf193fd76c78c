import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { isSelected } from '../../render/kubernetes/graceful.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import type { Drained, Interruption } from '../target.ts';

/**
 * Returns which of the workloads are replaced with an interruption. `live` are the objects that exist: the pods that
 * stop are theirs. `stops`: a Deployment that may have no ready pod, and a StatefulSet with one. `requests`: a
 * workload behind a Service whose running pods have no `preStop` hook: a pod gets its signal at the same time as its
 * Service stops sending requests to it (docs/chart-facts.md, Rolling updates).
 */
export function interruptionsOf(
  objects: readonly KubernetesObject[],
  rolled: ReadonlySet<string>,
  live: readonly KubernetesObject[],
): readonly Interruption[] {
  const selectors = objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => labelsAt(spec, 'selector'));
  const workloads = objects.filter(({ kind, metadata }) => KINDS.has(kind) && rolled.has(metadata.name));
  return workloads.flatMap((workload): readonly Interruption[] => {
    const { name } = workload.metadata;
    const running = live.find(({ kind, metadata }) => kind === workload.kind && metadata.name === name);
    const reason = stopReason(workload);
    if (reason !== undefined) return [{ name, effect: 'stops', reason }];
    return running !== undefined && isAbrupt(running, selectors) ? [{ name, effect: 'requests', reason: ABRUPT }] : [];
  });
}

/**
 * Returns the workloads that a drain of a node interrupts: those of one pod, which is ended before its replacement
 * starts elsewhere, and those whose pods must be on the node of one volume.
 */
export function drainsOf(objects: readonly KubernetesObject[]): readonly Drained[] {
  const claims = objects.filter(({ kind, spec }) => kind === 'PersistentVolumeClaim' && isForOneNode(spec));
  const names = new Set(claims.map(({ metadata }) => metadata.name));
  return objects.flatMap(({ kind, metadata, spec }): readonly Drained[] => {
    const replicas = Number(at(spec, 'replicas') ?? 1);
    if (!KINDS.has(kind) || replicas === 0) return [];
    const { name } = metadata;
    if (replicas === 1) return [{ name, reason: 'one pod' }];
    const volumes = listAt(spec, 'template', 'spec', 'volumes');
    const isBound = volumes.some((volume) => names.has(textAt(volume, 'persistentVolumeClaim', 'claimName')));
    return isBound ? [{ name, reason: 'a ReadWriteOnce volume' }] : [];
  });
}

function isForOneNode(claim: unknown): boolean {
  return listAt(claim, 'accessModes').every((mode) => mode !== 'ReadWriteMany' && mode !== 'ReadOnlyMany');
}

const KINDS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet']);

const ABRUPT = 'its running pods have no preStop hook';

/** Returns why no pod of the workload may be ready during the replacement. Undefined if one always is. */
function stopReason({ kind, spec }: KubernetesObject): string | undefined {
  const replicas = Number(at(spec, 'replicas') ?? 1);
  if (replicas === 0) return undefined;
  if (kind === 'StatefulSet') return replicas === 1 ? 'a StatefulSet with one pod stops it first' : undefined;
  if (textAt(spec, 'strategy', 'type') === 'Recreate') return 'its strategy is Recreate';
  const most = unavailable(at(spec, 'strategy', 'rollingUpdate', 'maxUnavailable'), replicas);
  return most >= replicas ? 'its strategy allows all pods to be unavailable' : undefined;
}

/** Pods that a rolling update may take away: a number, or a share that is rounded down. Default: 25 %. */
function unavailable(value: unknown, replicas: number): number {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(String(value ?? '25%'))?.[1];
  return share === undefined ? 0 : Math.floor((replicas * Number(share)) / 100);
}

function isAbrupt({ spec }: KubernetesObject, selectors: readonly Readonly<Record<string, string>>[]): boolean {
  const containers = listAt(spec, 'template', 'spec', 'containers');
  if (containers.some((container) => at(container, 'lifecycle', 'preStop') !== undefined)) return false;
  return isSelected(labelsAt(spec, 'template', 'metadata', 'labels'), selectors);
}
