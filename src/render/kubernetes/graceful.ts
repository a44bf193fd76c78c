import { isObject, type JsonObject } from '../../base/json.ts';
import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { OPEN_SECONDS } from '../open-seconds.ts';
import type { KubernetesObject } from '../rendered.ts';
import { type ChartNames, COMPONENT_LABELS, componentFullName } from './names.ts';

/**
 * Seconds that a pod still serves after its Service stops sending requests to it. Kubernetes ends a pod and removes it
 * from its Service at the same time (kubernetes.io, Pod Lifecycle, Termination of Pods). kube-proxy follows within a
 * second; controllers of an Ingress or a load balancer take a few seconds.
 */
const DRAIN_SECONDS = 10;

/** `sleep` of the image: Kubernetes before 1.30 has no `sleep` action (kubernetes.io, Container Lifecycle Hooks). */
const LIFECYCLE = { preStop: { exec: { command: ['sleep', String(DRAIN_SECONDS)] } } } as const;

/** The stop of a pod behind a Service. */
export const GRACEFUL = { seconds: DRAIN_SECONDS + OPEN_SECONDS, lifecycle: LIFECYCLE } as const;

/**
 * Returns how the pods of a release's Deployments stop, for which the chart has no keys: a pod behind a Service serves
 * until no more requests reach it, and every pod has time for its open requests or tasks. Each object has only these
 * fields. What the chart sets itself stays. Deployments that are not a component of Dify are left out.
 */
export function gracefulStops(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const selectors = objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => labelsAt(spec, 'selector'));
  return objects.flatMap((object): readonly KubernetesObject[] => {
    const labels = labelsAt(object, 'spec', 'template', 'metadata', 'labels');
    if (object.kind !== 'Deployment' || !STOPPING.has(labels.component ?? '')) return [];
    const pod = podSpec(at(object, 'spec', 'template', 'spec'), isSelected(labels, selectors));
    const { apiVersion, kind, metadata } = object;
    return Object.keys(pod).length === 0 ? [] : [stopOf(apiVersion, kind, metadata.name, pod)];
  });
}

/** Returns the objects with the fields of their graceful stops: what lives after an install. */
export function withStops(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const stops = new Map(gracefulStops(objects).map(({ metadata, spec }) => [metadata.name, spec]));
  return objects.map((object) => {
    const stop = object.kind === 'Deployment' ? at(stops.get(object.metadata.name), 'template', 'spec') : undefined;
    const { spec } = object;
    const pod = at(spec, 'template', 'spec');
    if (!isObject(stop) || !isObject(spec) || !isObject(spec.template) || !isObject(pod)) return object;
    const containers = listAt(pod, 'containers').map((one) => withHook(one, listAt(stop, 'containers')));
    const template = { ...spec.template, spec: { ...pod, ...stop, containers } };
    return { ...object, spec: { ...spec, template } } as KubernetesObject;
  });
}

function withHook(container: unknown, stopping: readonly unknown[]): unknown {
  const own = stopping.find((one) => textAt(one, 'name') === textAt(container, 'name'));
  const [given, hook] = [at(container, 'lifecycle'), at(own, 'lifecycle')];
  if (!isObject(container) || !isObject(hook)) return container;
  return { ...container, lifecycle: { ...(isObject(given) ? given : {}), ...hook } };
}

/**
 * Returns the graceful stops of the chart's Deployments from its values, without its templates: the patches that a
 * GitOps tool applies to what helm renders. Container names: templates of the charts 0.31.0 to 0.38.0-rc2, which set neither a
 * hook nor a grace period.
 */
export function gracefulPatches(values: JsonObject, names: ChartNames): readonly KubernetesObject[] {
  const stopping = COMPONENTS.filter((name) => name !== 'beat' && at(values, name, 'enabled') === true);
  return stopping.map((name) => {
    const containers = [{ name: CONTAINERS[name] ?? COMPONENT_LABELS[name] }];
    // The worker is the only one of them without a Service.
    return stopOf('apps/v1', 'Deployment', componentFullName(names, name), podSpec({ containers }, name !== 'worker'));
  });
}

/** Containers of the chart that are not named after their component. */
const CONTAINERS: Readonly<Partial<Record<ComponentName, string>>> = { proxy: 'nginx', ssrfProxy: 'squid' };

/** Beat has neither requests nor tasks. */
const STOPPING: ReadonlySet<string> = new Set(
  Object.values(COMPONENT_LABELS).filter((label) => label !== COMPONENT_LABELS.beat),
);

function stopOf(apiVersion: string, kind: string, name: string, pod: JsonObject): KubernetesObject {
  return { apiVersion, kind, metadata: { name }, spec: { template: { spec: pod } } };
}

function podSpec(pod: unknown, serves: boolean): JsonObject {
  const containers = listAt(pod, 'containers').filter((one) => at(one, 'lifecycle', 'preStop') === undefined);
  return {
    ...(at(pod, 'terminationGracePeriodSeconds') === undefined
      ? { terminationGracePeriodSeconds: serves ? GRACEFUL.seconds : OPEN_SECONDS }
      : {}),
    ...(serves && containers.length > 0
      ? { containers: containers.map((one) => ({ name: textAt(one, 'name'), lifecycle: LIFECYCLE })) }
      : {}),
  };
}

/** Returns true if a Service sends requests to pods with these labels. */
export function isSelected(
  labels: Readonly<Record<string, string>>,
  selectors: readonly Readonly<Record<string, string>>[],
): boolean {
  return selectors.some((selector) => {
    const entries = Object.entries(selector);
    return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
  });
}
