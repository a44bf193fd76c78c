import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { POOL_LABEL } from '../../base/own-labels.ts';
import { COMPONENTS } from '../../checklist/components.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { PodState } from './pod.ts';

/** A Deployment or StatefulSet of the release on the throwaway control plane. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  readonly component: string;
  readonly replicas: number;
  /** Labels that select its pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** The fewest ready replicas during a roll-out, by its update strategy. */
  readonly rolloutLeast: number;
  /** The fewest ready replicas during a drain, by its PodDisruptionBudget. Undefined without one. */
  readonly budgetLeast: number | undefined;
  /** Seconds until its pods are evicted from a lost node. */
  readonly evictedAfter: number;
  readonly readinessSeconds: number;
  readonly mountsVolume: boolean;
  /** Why its controller cannot create pods. Undefined if it can. */
  readonly cannotCreate: string | undefined;
}

/** A HorizontalPodAutoscaler of the release. */
export interface Autoscaler {
  readonly workload: string;
  readonly least: number;
  readonly most: number;
}

/** The toleration that admission adds to every pod (kubernetes.io, Taints and Tolerations, taint based evictions). */
const DEFAULT_TOLERATION_SECONDS = 300;

/** Returns a workload object with the budget that selects its pods. */
export function workloadOf(object: unknown, budgets: readonly unknown[]): Workload {
  const kind = textAt(object, 'kind') === 'StatefulSet' ? 'StatefulSet' : 'Deployment';
  const replicas = numberAt(object, 'spec', 'replicas') ?? 1;
  const template = at(object, 'spec', 'template');
  const labels = labelsAt(template, 'metadata', 'labels');
  const budget = budgets.find((one) => selects(labelsAt(one, 'spec', 'selector', 'matchLabels'), labels));
  const failure = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === 'ReplicaFailure');
  return {
    kind,
    name: textAt(object, 'metadata', 'name'),
    component: componentOf(labels) ?? textAt(object, 'metadata', 'name'),
    replicas,
    selector: labelsAt(object, 'spec', 'selector', 'matchLabels'),
    rolloutLeast: replicas - unavailableInRollout(object, kind, replicas),
    budgetLeast: budget === undefined ? undefined : budgetLeast(budget, replicas),
    evictedAfter: evictionSeconds(at(template, 'spec')),
    readinessSeconds: readinessSeconds(at(template, 'spec')),
    mountsVolume: listAt(template, 'spec', 'volumes').some((one) => at(one, 'persistentVolumeClaim') !== undefined),
    cannotCreate: textAt(failure, 'status') === 'True' ? textAt(failure, 'message') : undefined,
  };
}

/** Returns an autoscaler. Undefined if it has no maximum. */
export function autoscalerOf(object: unknown): Autoscaler | undefined {
  const most = numberAt(object, 'spec', 'maxReplicas');
  if (most === undefined) return undefined;
  const workload = textAt(object, 'spec', 'scaleTargetRef', 'name');
  return { workload, least: numberAt(object, 'spec', 'minReplicas') ?? 1, most };
}

/** Returns the pods of a workload that are not deleted and have not ended. */
export function podsOf(workload: Workload, pods: readonly PodState[]): readonly PodState[] {
  return pods.filter((pod) => !pod.ended && !pod.ending && selects(workload.selector, pod.labels));
}

/** True if a selector of labels selects something with these labels. An empty one selects nothing here. */
function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

function componentOf(labels: Readonly<Record<string, string>>): string | undefined {
  const component = COMPONENTS.find((name) => COMPONENT_LABELS[name] === labels.component);
  const pool = labels[POOL_LABEL];
  return component === undefined || pool === undefined ? component : `${component}-${pool}`;
}

/** Kubernetes' defaults: 25 % of a Deployment, rounded down, and one pod of a StatefulSet. */
function unavailableInRollout(object: unknown, kind: Workload['kind'], replicas: number): number {
  if (kind === 'StatefulSet') return 1;
  if (textAt(object, 'spec', 'strategy', 'type') === 'Recreate') return replicas;
  const written = at(object, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable') ?? '25%';
  return Math.min(replicas, share(written, replicas, Math.floor));
}

/** A budget's percentages are rounded up (kubernetes.io, Specifying a Disruption Budget). */
function budgetLeast(budget: unknown, replicas: number): number {
  const available = at(budget, 'spec', 'minAvailable');
  if (available !== undefined) return share(available, replicas, Math.ceil);
  return replicas - Math.min(replicas, share(at(budget, 'spec', 'maxUnavailable') ?? 0, replicas, Math.ceil));
}

function share(value: unknown, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value))?.[1];
  return percent === undefined ? 0 : round((of * Number(percent)) / 100);
}

function evictionSeconds(spec: unknown): number {
  const own = listAt(spec, 'tolerations').filter((one) =>
    ['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'].includes(textAt(one, 'key')),
  );
  const seconds = own.map((one) => numberAt(one, 'tolerationSeconds') ?? Number.POSITIVE_INFINITY);
  return seconds.length === 0 ? DEFAULT_TOLERATION_SECONDS : Math.max(...seconds);
}

/** The earliest time at which the readiness probes let a container be ready; 0 without a probe. */
function readinessSeconds(spec: unknown): number {
  const delays = listAt(spec, 'containers').map((one) => numberAt(one, 'readinessProbe', 'initialDelaySeconds') ?? 0);
  return Math.max(0, ...delays);
}

function numberAt(value: unknown, ...keys: readonly string[]): number | undefined {
  const found = at(value, ...keys);
  return typeof found === 'number' ? found : undefined;
}
