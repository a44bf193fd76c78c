/** A kind of object that difyctl creates outside the chart, and deletes again. */
export interface OwnKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** The name of the kind in rules of RBAC. */
  readonly resource: string;
  /** True if it serves requests. It is then deleted only after the release that replaces it is ready. */
  readonly serves: boolean;
  /** True if older revisions need it for a rollback. It is then deleted only when no kept revision names it. */
  readonly lasts: boolean;
}

/**
 * Every kind that difyctl creates outside the chart. `ownObject` makes only these, and nothing else is ever deleted
 * (`ownedLive`).
 */
export const OWN_KINDS = {
  budget: own('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  autoscaler: own('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  configMap: own('v1', 'ConfigMap', 'configmaps'),
  deployment: own('apps/v1', 'Deployment', 'deployments', 'serves'),
  externalSecret: own('external-secrets.io/v1', 'ExternalSecret', 'externalsecrets', 'lasts'),
  externalSecretBeta: own('external-secrets.io/v1beta1', 'ExternalSecret', 'externalsecrets', 'lasts'),
  httpRoute: own('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes', 'serves'),
  networkPolicy: own('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  prometheusRule: own('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules'),
  scaledObject: own('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects'),
  triggerAuthentication: own('keda.sh/v1alpha1', 'TriggerAuthentication', 'triggerauthentications'),
  job: own('batch/v1', 'Job', 'jobs'),
  cronJob: own('batch/v1', 'CronJob', 'cronjobs'),
  serviceAccount: own('v1', 'ServiceAccount', 'serviceaccounts'),
  role: own('rbac.authorization.k8s.io/v1', 'Role', 'roles'),
  roleBinding: own('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
  service: own('v1', 'Service', 'services', 'serves'),
} as const satisfies Readonly<Record<string, OwnKind>>;

export type OwnKindName = keyof typeof OWN_KINDS;

function own(apiVersion: string, kind: string, resource: string, until?: 'serves' | 'lasts'): OwnKind {
  return { apiVersion, kind, resource, serves: until === 'serves', lasts: until === 'lasts' };
}
