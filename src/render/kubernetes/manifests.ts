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
  if (deployment.tier !== 'prod') return [];
  return COMPONENTS.filter((name) => planned[name].enabled && mostReplicas(planned[name]) > 1).map((name) =>
    ownObject(deployment, 'budget', componentFullName(names, name), {
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: { ...podLabels(names, name) } },
      },
    }),
  );
}
