import { isObject, type Json, type JsonObject } from '../../base/json.ts';
import { at, labelsAt, textAt } from '../../base/json-path.ts';
import { COMPONENTS } from '../../checklist/components.ts';
import { autoscaled } from '../../evidence/drift/kubernetes/findings.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import type { Connection } from './connection.ts';

/** Replicas of the release's Deployments, by their label `component`. */
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
  const { component } = labelsAt(deployment, 'metadata', 'labels');
  const replicas = at(deployment, 'spec', 'replicas');
  return component === undefined || typeof replicas !== 'number' ? undefined : [component, replicas];
}

function hasAutoscaler({ values, manifests }: RenderedKubernetes): boolean {
  return COMPONENTS.some((name) => isScaled(values[name])) || autoscaled(manifests).size > 0;
}

/** Returns the set with these numbers of replicas, each within the limits of its autoscaler. */
export function withCounts(rendered: RenderedKubernetes, live: Counts): RenderedKubernetes {
  const blocks = COMPONENTS.flatMap((name) => {
    const { [name]: block } = rendered.values;
    const count = live.get(COMPONENT_LABELS[name]);
    if (!isScaled(block) || count === undefined) return [];
    const { minReplicas, maxReplicas } = block.autoscaling;
    return [[name, { ...block, replicas: within(count, minReplicas, maxReplicas) }] as const];
  });
  return {
    ...rendered,
    values: { ...rendered.values, ...Object.fromEntries(blocks) },
    manifests: rendered.manifests.map((object) => counted(object, rendered.manifests, live)),
  };
}

function counted(object: KubernetesObject, all: readonly KubernetesObject[], live: Counts): KubernetesObject {
  const scaler = all.find(
    ({ kind, spec }) =>
      kind === 'HorizontalPodAutoscaler' && textAt(spec, 'scaleTargetRef', 'name') === object.metadata.name,
  );
  const count = live.get(labelsAt(object, 'metadata', 'labels').component ?? '');
  if (object.kind !== 'Deployment' || scaler === undefined || count === undefined) return object;
  const replicas = within(count, at(scaler, 'spec', 'minReplicas'), at(scaler, 'spec', 'maxReplicas'));
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

/** A count below the minimum is raised: 0 switches an autoscaler off. */
function within(count: number, least: unknown, most: unknown): number {
  const limited = typeof most === 'number' ? Math.min(count, most) : count;
  return Math.max(limited, typeof least === 'number' ? least : 1);
}
