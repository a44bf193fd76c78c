import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { mostReplicas, type PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { KubernetesObject } from '../rendered.ts';
import { type ChartNames, componentFullName, podLabels } from './names.ts';
import { ownObject } from './own-object.ts';

/**
 * Objects besides the chart's. The chart has no PodDisruptionBudget; in prod, a drain evicts one replica of a component
 * at a time. It may always evict a pod that is not ready: otherwise a component with a failing pod would block every
 * drain (kubernetes.io, Unhealthy Pod Eviction Policy).
 */
export function manifests(
  deployment: Deployment,
  planned: Readonly<Record<ComponentName, PlannedComponent>>,
  names: ChartNames,
): readonly KubernetesObject[] {
  return COMPONENTS.filter((name) => planned[name].enabled).flatMap((name) =>
    budget(deployment, planned[name], componentFullName(names, name), podLabels(names, name)),
  );
}

/** The budget of one workload; none in the test tier and for a workload that runs alone. */
export function budget(
  deployment: Deployment,
  plan: PlannedComponent,
  name: string,
  labels: Readonly<Record<string, string>>,
): readonly KubernetesObject[] {
  if (deployment.tier !== 'prod' || mostReplicas(plan) <= 1) return [];
  return [
    ownObject(deployment, 'budget', name, {
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: { ...labels } },
      },
    }),
  ];
}
