/** A kind of object that difyctl creates outside the chart, and deletes again. */
export interface OwnKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** The name of the kind in rules of RBAC. */
  readonly resource: string;
  /** True if it serves requests. It is then deleted only after the release that replaces it is ready. */
  readonly serves: boolean;
}

/**
 * Every kind that difyctl creates outside the chart. `ownObject` makes only these, and nothing else is ever deleted
 * (`ownedLive`).
 */
export const OWN_KINDS = {
  budget: own('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  autoscaler: own('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  configMap: own('v1', 'ConfigMap', 'configmaps'),
  deployment: own('apps/v1', 'Deployment', 'deployments', true),
  httpRoute: own('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes', true),
  networkPolicy: own('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  prometheusRule: own('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules'),
  job: own('batch/v1', 'Job', 'jobs'),
  service: own('v1', 'Service', 'services', true),
} as const satisfies Readonly<Record<string, OwnKind>>;

export type OwnKindName = keyof typeof OWN_KINDS;

function own(apiVersion: string, kind: string, resource: string, serves = false): OwnKind {
  return { apiVersion, kind, resource, serves };
}
