import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { at, labelsAt, textAt } from '../../base/json-path.ts';
import { POOL_LABEL } from '../../base/own-labels.ts';
import { COMPONENTS } from '../../checklist/components.ts';
import { autoscaled } from '../../evidence/drift/kubernetes/findings.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import type { Connection } from './connection.ts';

/** Replicas of the release's Deployments, by `keyOf`. */
type Counts = ReadonlyMap<string, number>;

/**
 * Returns the set as it is applied: each Deployment with an autoscaler keeps the number of replicas that it has now.
 * The chart always writes `replicas`, and both helm majors apply it, so an upgrade would undo what the autoscaler
 * decided. What is rendered and recorded does not change. Reads the cluster only if there is an autoscaler. Throws
 * KubectlError.
 */
export async function withLiveCounts(
  { kubectl, release }: Pick<Connection, 'kubectl' | 'release'>,
  rendered: RenderedKubernetes,
  signal: AbortSignal,
): Promise<RenderedKubernetes> {
  if (!hasAutoscaler(rendered)) return rendered;
  const selector = encodeURIComponent(`app.kubernetes.io/instance=${release.name}`);
  const path = `/apis/apps/v1/namespaces/${release.namespace}/deployments?labelSelector=${selector}`;
  const live = await kubectl.list(path, countOf, signal);
  return withCounts(rendered, new Map(live));
}

function countOf(deployment: unknown): readonly [string, number] | undefined {
  const key = keyOf(deployment);
  const replicas = at(deployment, 'spec', 'replicas');
  return key === undefined || typeof replicas !== 'number' ? undefined : [key, replicas];
}

/** The label `component` of a Deployment; for a worker pool with its name. Undefined if it has no such label. */
function keyOf(deployment: unknown): string | undefined {
  const { component, [POOL_LABEL]: pool } = labelsAt(deployment, 'metadata', 'labels');
  return component === undefined || pool === undefined ? component : `${component}/${pool}`;
}

function hasAutoscaler({ values, manifests }: RenderedKubernetes): boolean {
  return COMPONENTS.some((name) => isScaled(values[name])) || autoscaled(manifests).size > 0;
}

/** Returns the set with these numbers of replicas, each within the limits of its autoscaler. */
export function withCounts(rendered: RenderedKubernetes, live: Counts): RenderedKubernetes {
  const blocks = COMPONENTS.flatMap((name) => {
    const { [name]: block } = rendered.values;
    const count = live.get(COMPONENT_LABELS[name]);
    const limits = isScaled(block) ? chartLimits(block) : queueLimits(rendered.manifests, COMPONENT_LABELS[name]);
    if (!isObject(block) || limits === undefined || count === undefined) return [];
    return [[name, { ...(block as JsonObject), replicas: within(count, limits) }] as const];
  });
  return {
    ...rendered,
    values: { ...rendered.values, ...Object.fromEntries(blocks) },
    manifests: rendered.manifests.map((object) => counted(object, rendered.manifests, live)),
  };
}

function counted(object: KubernetesObject, all: readonly KubernetesObject[], live: Counts): KubernetesObject {
  const scaler = all.find(({ spec }) => textAt(spec, 'scaleTargetRef', 'name') === object.metadata.name);
  const count = live.get(keyOf(object) ?? '');
  if (object.kind !== 'Deployment' || scaler === undefined || count === undefined) return object;
  const replicas = within(count, limitsOf(scaler));
  return { ...object, spec: { ...(object.spec as JsonObject), replicas } };
}

/** Returns the objects without the replicas of those workloads (`Kind/name`), which an autoscaler decides. */
export function withoutCounts(
  objects: readonly KubernetesObject[],
  scaled: ReadonlySet<string>,
): readonly KubernetesObject[] {
  return objects.map((object) => {
    if (!scaled.has(`${object.kind}/${object.metadata.name}`) || !isObject(object.spec)) return object;
    const { replicas: _, ...spec } = object.spec as JsonObject;
    return { ...object, spec };
  });
}

interface ScaledBlock extends JsonObject {
  readonly autoscaling: JsonObject;
}

function isScaled(block: Json | undefined): block is ScaledBlock {
  return at(block, 'autoscaling', 'enabled') === true && at(block, 'enabled') !== false;
}

/** The limits of the replicas of a workload. */
interface Limits {
  readonly least: unknown;
  readonly most: unknown;
}

function chartLimits({ autoscaling }: ScaledBlock): Limits {
  return { least: autoscaling.minReplicas, most: autoscaling.maxReplicas };
}

/** The limits of the ScaledObject of a Deployment of the chart. Undefined if it has none. */
function queueLimits(manifests: readonly KubernetesObject[], component: string): Limits | undefined {
  const scaler = manifests.find(
    ({ kind, metadata }) => kind === 'ScaledObject' && labelsAt(metadata, 'labels').component === component,
  );
  return scaler && limitsOf(scaler);
}

/** The limits of a HorizontalPodAutoscaler or a ScaledObject. */
function limitsOf(scaler: KubernetesObject): Limits {
  const field = (name: string) => at(scaler, 'spec', name);
  return {
    least: field('minReplicas') ?? field('minReplicaCount'),
    most: field('maxReplicas') ?? field('maxReplicaCount'),
  };
}

/** A count below the minimum is raised: 0 switches an autoscaler off. */
function within(count: number, { least, most }: Limits): number {
  const limited = typeof most === 'number' ? Math.min(count, most) : count;
  return Math.max(limited, typeof least === 'number' ? least : 1);
}
