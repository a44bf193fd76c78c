/** A right in RBAC's own words. */
export interface Right {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  /** Whether the resource lies in a namespace. */
  readonly namespaced: boolean;
  /** What difyctl does with it. */
  readonly purpose: string;
}

/** What helm does with every object of a chart: read and apply it, wait for it, take it away again. */
export const APPLY_VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;

/** What difyctl and helm themselves need in the namespace, whatever the chart makes. */
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
    purpose: 'waiting until all is ready',
  },
  {
    group: '',
    resource: 'pods',
    subresource: 'log',
    verbs: ['get'],
    namespaced: true,
    purpose: 'the last log lines of what fails',
  },
  { group: '', resource: 'events', verbs: ['list'], namespaced: true, purpose: 'why a pod does not start' },
  {
    group: '',
    resource: 'pods',
    subresource: 'portforward',
    verbs: ['create'],
    namespaced: true,
    purpose: 'asking Dify itself after the install',
  },
];

/** What preflight reads beside the installation's own objects; without one of these the checks that need it are unknown, and nothing else is lost. */
export const LOOK_RIGHTS: readonly Right[] = [
  {
    group: '',
    resource: 'persistentvolumeclaims',
    verbs: ['get', 'list'],
    namespaced: true,
    purpose: 'what an earlier installation left',
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
  { group: '', resource: 'pods', verbs: ['list'], namespaced: false, purpose: 'what other workloads ask of the nodes' },
  { group: '', resource: 'namespaces', verbs: ['get'], namespaced: false, purpose: 'whether the namespace is there' },
  {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    verbs: ['get', 'list'],
    namespaced: false,
    purpose: 'volumes that several nodes can mount',
  },
  {
    group: 'scheduling.k8s.io',
    resource: 'priorityclasses',
    verbs: ['list'],
    namespaced: false,
    purpose: 'whether the priority classes are there',
  },
  {
    group: 'networking.k8s.io',
    resource: 'ingressclasses',
    verbs: ['get', 'list'],
    namespaced: false,
    purpose: 'whether the ingress class is there',
  },
];

/** A kind that the chart or difyctl makes, in RBAC's words. */
export interface MadeKind {
  readonly group: string;
  readonly resource: string;
}

const kind = (group: string, resource: string): MadeKind => ({ group, resource });

/** What the community chart 0.38 renders (its templates), by what asks for it; difyctl adds the disruption budgets. */
export const MADE_KINDS = {
  always: [kind('apps', 'deployments'), kind('', 'services'), kind('', 'configmaps'), kind('', 'secrets')],
  ingress: [kind('networking.k8s.io', 'ingresses')],
  localStorage: [kind('', 'persistentvolumeclaims')],
  bundled: [kind('apps', 'statefulsets'), kind('', 'serviceaccounts')],
  budgets: [kind('policy', 'poddisruptionbudgets')],
} as const satisfies Readonly<Record<string, readonly MadeKind[]>>;
