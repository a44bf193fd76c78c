import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { POOL_LABEL } from '../../base/own-labels.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import type { KubernetesObject } from '../../render/rendered.ts';
import type { Connection } from './connection.ts';
import { type PodView, podView } from './pods.ts';

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
const RESOURCES = 'deployments.apps,statefulsets.apps,daemonsets.apps,pods';

/** A Deployment, StatefulSet or DaemonSet of the release and its pods. */
export interface WorkloadView {
  readonly kind: string;
  readonly name: string;
  /** Name for people: the `component` label of its pods, with the pool of workers; otherwise its name. */
  readonly label: string;
  readonly desired: number;
  readonly ready: number;
  /** True if every replica has the newest template and is available, and no replica has an older one. */
  readonly settled: boolean;
  /** Message of the controller if it could not create pods: a quota, a webhook. */
  readonly complaint: string;
  readonly pods: readonly PodView[];
}

/** Returns the workloads among the objects, as `Kind/name`. */
export function workloadNames(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const workloads = objects.filter(({ kind }) => KINDS.some((known) => known === kind));
  return new Set(workloads.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
}

/**
 * Returns the current state of the named workloads, from one call. Workloads that do not exist yet are missing from the
 * result.
 */
export async function readWorkloads(
  { kubectl, release }: Connection,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly WorkloadView[]> {
  const text = await kubectl.run(['get', RESOURCES, '-n', release.namespace, '-o', 'json'], { signal });
  return workloadViews(jsonAnswer(text, `kubectl get ${RESOURCES}`), names);
}

/** Returns the workloads in kubectl's answer. Pure. */
export function workloadViews(list: unknown, names: ReadonlySet<string>): readonly WorkloadView[] {
  const items = listAt(list, 'items');
  const pods = items.filter((item) => textAt(item, 'kind') === 'Pod').flatMap((pod) => podView(pod) ?? []);
  return items
    .filter((item) => names.has(`${textAt(item, 'kind')}/${textAt(item, 'metadata', 'name')}`))
    .map((item) => workloadView(item, pods))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function workloadView(item: unknown, pods: readonly PodView[]): WorkloadView {
  const selector = Object.entries(labelsAt(item, 'spec', 'selector', 'matchLabels'));
  const own = pods.filter(({ labels }) => selector.every(([key, value]) => labels[key] === value));
  const name = textAt(item, 'metadata', 'name');
  const kind = textAt(item, 'kind');
  const counts = countsOf(kind, item);
  const observed = number(item, 'status', 'observedGeneration') >= number(item, 'metadata', 'generation');
  return {
    kind,
    name,
    label: labelOf(labelsAt(item, 'spec', 'template', 'metadata', 'labels')) ?? name,
    desired: counts.desired,
    ready: counts.available,
    settled: observed && counts.updated === counts.desired && counts.available === counts.desired && counts.old === 0,
    complaint: complaintOf(item),
    pods: selector.length === 0 ? [] : own,
  };
}

function labelOf({ component, [POOL_LABEL]: pool }: Readonly<Record<string, string>>): string | undefined {
  return component === undefined || pool === undefined ? component : `${component}-${pool}`;
}

interface Counts {
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
  readonly old: number;
}

function countsOf(kind: string, item: unknown): Counts {
  if (kind === 'DaemonSet') {
    const desired = number(item, 'status', 'desiredNumberScheduled');
    const updated = number(item, 'status', 'updatedNumberScheduled');
    return { desired, updated, available: number(item, 'status', 'numberAvailable'), old: 0 };
  }
  const desired = at(item, 'spec', 'replicas') === undefined ? 1 : number(item, 'spec', 'replicas');
  const updated = number(item, 'status', 'updatedReplicas');
  if (kind === 'Deployment') {
    const old = number(item, 'status', 'replicas') - updated;
    return { desired, updated, available: number(item, 'status', 'availableReplicas'), old };
  }
  // A StatefulSet drops updatedReplicas once its two revisions are equal.
  const same = textAt(item, 'status', 'currentRevision') === textAt(item, 'status', 'updateRevision');
  const ready = number(item, 'status', 'readyReplicas');
  return { desired, updated: same ? number(item, 'status', 'replicas') : updated, available: ready, old: 0 };
}

function complaintOf(item: unknown): string {
  const failed = listAt(item, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === 'ReplicaFailure' && textAt(one, 'status') === 'True',
  );
  return textAt(failed, 'message');
}

function number(value: unknown, ...keys: readonly string[]): number {
  return Number(at(value, ...keys) ?? 0);
}
