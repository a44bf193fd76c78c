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
