/** A right, in the terms of RBAC. */
export interface Right {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  /** True if the resource is namespaced. */
  readonly namespaced: boolean;
  /** What difyctl does with it. */
  readonly purpose: string;
}

/** What helm does with every object of a chart: read it, apply it, wait for it, delete it. */
export const APPLY_VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;

/** What difyctl and helm need in the namespace, whatever the chart creates. */
export const OWN_RIGHTS: readonly Right[] = [
  {
    group: '',
    resource: 'secrets',
    verbs: ['get', 'list', 'create', 'patch', 'update', 'delete'],
    namespaced: true,
    purpose: "the deployment's Secret, revisions, and helm's records",
  },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'create', 'patch', 'update', 'delete'],
    namespaced: true,
    purpose: 'one writer at a time',
  },
  {
    group: '',
    resource: 'pods',
    verbs: ['get', 'list', 'watch'],
    namespaced: true,
    purpose: 'waiting until everything is ready',
  },
  {
    group: '',
    resource: 'pods',
    subresource: 'log',
    verbs: ['get'],
    namespaced: true,
    purpose: 'the last log lines of failing containers',
  },
  { group: '', resource: 'events', verbs: ['list'], namespaced: true, purpose: 'why a pod does not start' },
  {
    group: '',
    resource: 'pods',
    subresource: 'portforward',
    verbs: ['create'],
    namespaced: true,
    purpose: 'requests to Dify after the install',
  },
];

/**
 * What preflight reads besides the installation's own objects. If a right is missing, the checks that need it are
 * unknown; nothing else changes.
 */
export const LOOK_RIGHTS: readonly Right[] = [
  ...['cronjobs', 'jobs'].map((resource) => ({
    ...{ group: 'batch', resource, verbs: ['list'], namespaced: true },
    purpose: 'the last runs of scheduled backups',
  })),
  {
    group: '',
    resource: 'pods',
    subresource: 'exec',
    verbs: ['create'],
    namespaced: true,
    purpose: 'postflight asks the processes inside',
  },
  {
    group: 'discovery.k8s.io',
    resource: 'endpointslices',
    verbs: ['list'],
    namespaced: true,
    purpose: 'ready endpoints of each Service',
  },
  {
    group: 'policy',
    resource: 'poddisruptionbudgets',
    verbs: ['list'],
    namespaced: true,
    purpose: 'whether a node can be drained',
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['list'],
    namespaced: true,
    purpose: 'whether autoscalers read their metrics',
  },
  {
    group: '',
    resource: 'persistentvolumeclaims',
    verbs: ['get', 'list'],
    namespaced: true,
    purpose: 'leftovers of an earlier installation',
  },
  { group: '', resource: 'resourcequotas', verbs: ['list'], namespaced: true, purpose: 'limits of the namespace' },
  { group: '', resource: 'limitranges', verbs: ['list'], namespaced: true, purpose: 'limits of its pods' },
  {
    group: '',
    resource: 'nodes',
    verbs: ['get', 'list'],
    namespaced: false,
    purpose: 'capacity, zones, architectures',
  },
  { group: '', resource: 'pods', verbs: ['list'], namespaced: false, purpose: 'requests of other workloads' },
  { group: '', resource: 'namespaces', verbs: ['get'], namespaced: false, purpose: 'whether the namespace exists' },
  {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    verbs: ['get', 'list'],
    namespaced: false,
    purpose: 'volumes that several nodes can mount',
  },
  {
    group: 'storage.k8s.io',
    resource: 'csidrivers',
    verbs: ['list'],
    namespaced: false,
    purpose: 'whether the drivers of the storage classes exist',
  },
  {
    group: 'storage.k8s.io',
    resource: 'csinodes',
    verbs: ['list'],
    namespaced: false,
    purpose: 'whether the nodes have them',
  },
  {
    group: 'scheduling.k8s.io',
    resource: 'priorityclasses',
    verbs: ['list'],
    namespaced: false,
    purpose: 'whether the priority classes exist',
  },
  {
    group: 'networking.k8s.io',
    resource: 'ingressclasses',
    verbs: ['get', 'list'],
    namespaced: false,
    purpose: 'whether the ingress class exists',
  },
  {
    group: 'apps',
    resource: 'daemonsets',
    verbs: ['list'],
    namespaced: false,
    purpose: 'whether something enforces NetworkPolicies, collects logs, or serves Ingresses',
  },
  {
    group: 'apps',
    resource: 'deployments',
    verbs: ['list'],
    namespaced: false,
    purpose: 'the ready pods of the ingress controller or Gateway',
  },
];

/** A Job is deleted with its pods: the removal waits until the pods are gone too. */
const JOBS: Right = {
  group: 'batch',
  resource: 'jobs',
  verbs: ['get', 'list', 'watch', 'create', 'delete'],
  namespaced: true,
  purpose: 'a temporary pod that probes from the cluster',
};

/** What preflight creates for its probes and removes again, only if the flag is given. */
export const PROBE_RIGHTS: Readonly<Record<'relayed' | 'deep', readonly Right[]>> = {
  relayed: [
    JOBS,
    { group: '', resource: 'pods', verbs: ['get', 'list'], namespaced: true, purpose: 'the state of that pod' },
    {
      group: '',
      resource: 'pods',
      subresource: 'portforward',
      verbs: ['create'],
      namespaced: true,
      purpose: 'the connection to that pod',
    },
  ],
  deep: [
    {
      group: '',
      resource: 'persistentvolumeclaims',
      verbs: ['get', 'list', 'watch', 'create', 'delete'],
      namespaced: true,
      purpose: 'a temporary claim of each class for shared volumes',
    },
    { ...JOBS, purpose: 'a temporary pod for classes that wait for a consumer' },
  ],
};

/**
 * For the dry run only, which creates nothing: pods as the controllers will create them. Without the right, the dry run
 * has no pods.
 */
export const DRY_RUN_RIGHTS: readonly Right[] = [
  { group: '', resource: 'pods', verbs: ['create'], namespaced: true, purpose: 'pods in the dry run of preflight' },
];

/** A kind that the chart creates, in the terms of RBAC. */
export interface MadeKind {
  readonly group: string;
  readonly resource: string;
}

const kind = (group: string, resource: string): MadeKind => ({ group, resource });

/** What the templates of community chart 0.38 render, by the feature that needs it. `OWN_KINDS` are difyctl's. */
export const MADE_KINDS = {
  always: [
    kind('apps', 'deployments'),
    kind('', 'services'),
    kind('', 'configmaps'),
    kind('', 'secrets'),
    kind('', 'serviceaccounts'),
  ],
  ingress: [kind('networking.k8s.io', 'ingresses')],
  routes: [kind('gateway.networking.k8s.io', 'httproutes')],
  autoscalers: [kind('autoscaling', 'horizontalpodautoscalers')],
  localStorage: [kind('', 'persistentvolumeclaims')],
  bundled: [kind('apps', 'statefulsets')],
} as const satisfies Readonly<Record<string, readonly MadeKind[]>>;
