import { at, listAt, textAt } from '../../base/json-path.ts';
import type { PlannedAutoscaler, PlannedRoute } from './set.ts';

/** Reads an HTTPRoute of the Gateway API. */
export function route(object: unknown): PlannedRoute {
  return {
    name: textAt(object, 'metadata', 'name'),
    hostnames: listAt(object, 'spec', 'hostnames').filter((name): name is string => typeof name === 'string'),
    parents: listAt(object, 'spec', 'parentRefs').map((parent) => {
      const port = at(parent, 'port');
      return {
        kind: textAt(parent, 'kind') || 'Gateway',
        namespace: textAt(parent, 'namespace'),
        name: textAt(parent, 'name'),
        section: textAt(parent, 'sectionName'),
        port: typeof port === 'number' ? port : 0,
      };
    }),
  };
}

/** API that serves each kind of metric of an autoscaler (Kubernetes documentation, "Support for metrics APIs"). */
const METRICS_API: Readonly<Record<string, string>> = {
  Resource: 'metrics.k8s.io',
  ContainerResource: 'metrics.k8s.io',
  Pods: 'custom.metrics.k8s.io',
  Object: 'custom.metrics.k8s.io',
  External: 'external.metrics.k8s.io',
};

/** Reads a HorizontalPodAutoscaler; one without metrics scales by CPU. */
export function autoscaler(object: unknown): PlannedAutoscaler {
  const types = listAt(object, 'spec', 'metrics').map((metric) => textAt(metric, 'type'));
  const apis = (types.length === 0 ? ['Resource'] : types).map((type) => METRICS_API[type] ?? '');
  const most = at(object, 'spec', 'maxReplicas');
  const least = at(object, 'spec', 'minReplicas');
  const workload = textAt(object, 'spec', 'scaleTargetRef', 'name');
  return {
    name: textAt(object, 'metadata', 'name'),
    apis: [...new Set(apis.filter(Boolean))],
    ...(typeof most === 'number' ? { scales: { workload, least: typeof least === 'number' ? least : 1, most } } : {}),
  };
}

/**
 * Reads a ScaledObject as the HorizontalPodAutoscaler that KEDA creates for it, with the name that KEDA gives it
 * (keda.sh, ScaledObject specification, horizontalPodAutoscalerConfig.name). It reads external metrics.
 */
export function scaledObject(object: unknown): PlannedAutoscaler {
  const most = at(object, 'spec', 'maxReplicaCount');
  const least = at(object, 'spec', 'minReplicaCount');
  const workload = textAt(object, 'spec', 'scaleTargetRef', 'name');
  const scales = {
    workload,
    least: typeof least === 'number' ? least : 0,
    most: typeof most === 'number' ? most : 100,
  };
  return { name: `keda-hpa-${textAt(object, 'metadata', 'name')}`, apis: ['external.metrics.k8s.io'], scales };
}
