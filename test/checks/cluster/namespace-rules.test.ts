import { describe, expect, it } from 'vitest';
import { STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { CLUSTER_LIMITS, type LimitRangeFact, type QuotaFact } from '../../../src/evidence/cluster/limits.ts';
import { PRIORITY_CLASSES } from '../../../src/evidence/cluster/priority-classes.ts';
import { QUOTA_OWN } from '../../../src/evidence/cluster/quota-own.ts';
import { CLUSTER_NAMESPACE, CLUSTER_RELEASE } from '../../../src/evidence/cluster/release.ts';
import { CLUSTER_RIGHTS } from '../../../src/evidence/cluster/rights.ts';
import type { EvidenceKey } from '../../../src/evidence/evidence.ts';
import { type ContainerDemands, NO_DEMANDS, type PodDemands } from '../../../src/evidence/rendered/demands.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { claim, GIB, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
type Seen = readonly (readonly [EvidenceKey<unknown>, unknown])[];

function result(id: string, seen: Seen) {
  return judged(checkOf(id), { deployment, seen });
}

function container(over: Partial<ContainerDemands> = {}): ContainerDemands {
  return {
    name: 'api',
    isInit: false,
    requests: { cpu: 1, memory: 2 * GIB },
    limits: { cpu: 4, memory: 8 * GIB },
    ...over,
  };
}

/** Three pods of one container. */
function planned(demands: Partial<PodDemands> = {}) {
  const all = { ...NO_DEMANDS, containers: [container()], ...demands };
  return rendered({
    workloads: [workload('dify-api', 3, shape(1, 2), { demands: all })],
    objects: [
      { apiVersion: 'v1', kind: 'Secret', name: 'dify-1' },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'dify' },
    ],
    claims: [claim('data', { count: 3 })],
  });
}

describe('cluster.quota', () => {
  const quota = (hard: QuotaFact['hard'], used: QuotaFact['used'] = {}): QuotaFact => ({ name: 'team', hard, used });
  const line: LimitRangeFact = { name: 'l', type: 'Container', min: {}, max: {}, defaults: {}, defaultRequests: {} };
  const mute = planned({ containers: [container({ requests: {}, limits: {} })] });

  it.each<[string, readonly QuotaFact[], string, string?]>([
    ['none', [], 'pass'],
    ['enough', [quota({ 'requests.cpu': 3, 'limits.memory': 24 * GIB, pods: 3, secrets: 1 })], 'pass'],
    ['exactly what is left', [quota({ pods: 10 }, { pods: 7 })], 'pass'],
    ['too few pods left', [quota({ pods: 10 }, { pods: 8 })], 'fail', 'team leaves 2 of pods, the plan requests 3'],
    [
      'too little CPU',
      [quota({ 'requests.cpu': 2 })],
      'fail',
      'team leaves 2 CPU of requests.cpu, the plan requests 3 CPU',
    ],
    ['too little memory by limits', [quota({ 'limits.memory': 20 * GIB })], 'fail', 'the plan requests 24 GiB'],
    ['one of two', [quota({ pods: 9 }), quota({ 'count/secrets': 0 })], 'fail', 'count/secrets'],
    ['room for the claims', [quota({ 'requests.storage': 20 * GIB, persistentvolumeclaims: 3 })], 'pass'],
    ['too little storage', [quota({ 'requests.storage': 12 * GIB })], 'fail', 'the plan requests 15 GiB'],
    [
      'too few claims left',
      [quota({ persistentvolumeclaims: 4 }, { persistentvolumeclaims: 2 })],
      'fail',
      'leaves 2 of',
    ],
    [
      'too little of the class that is the default',
      [quota({ 'fast.storageclass.storage.k8s.io/requests.storage': 10 * GIB })],
      'fail',
      '10 GiB of fast.storageclass',
    ],
    ['of another class', [quota({ 'slow.storageclass.storage.k8s.io/persistentvolumeclaims': 0 })], 'pass'],
    ['of any kind', [quota({ 'count/networkpolicies.networking.k8s.io': 0 })], 'fail', 'count/networkpolicies'],
    ['of things that are not planned', [quota({ 'requests.nvidia.com/gpu': 0, 'services.loadbalancers': 0 })], 'pass'],
  ])('%s', (_, quotas, status, words = '') => {
    const found = result('cluster.quota', [
      [CLUSTER_LIMITS, { quotas, ranges: [] }],
      [QUOTA_OWN, {}],
      [RENDERED_OBJECTS, planned()],
      [STORAGE_CLASSES, [{ name: 'fast', provisioner: 'x', isDefault: true }]],
    ]);
    expect(found.status).toBe(status);
    expect(found.message).toContain(words);
  });

  it('does not count claims that exist already', () => {
    const living = (name: string) => ({ name, phase: 'Bound', accessModes: [] });
    const seen: Seen = [
      [CLUSTER_LIMITS, { quotas: [quota({ persistentvolumeclaims: 3 }, { persistentvolumeclaims: 2 })], ranges: [] }],
      [QUOTA_OWN, {}],
      [RENDERED_OBJECTS, planned()],
      [CLUSTER_RELEASE, { status: undefined, revision: undefined, claims: [living('data-0'), living('data-1')] }],
    ];
    expect(result('cluster.quota', seen).status).toBe('pass');
  });

  it.each<[string, QuotaFact, QuotaFact['used'], string, string]>([
    ['the release alone', quota({ pods: 4 }, { pods: 3 }), { pods: 3 }, 'pass', ''],
    [
      'other workloads too',
      quota({ pods: 8 }, { pods: 8 }),
      { pods: 2 },
      'fail',
      'team leaves 2 of pods, the plan requests 3',
    ],
    [
      'other workloads, in CPU',
      quota({ 'requests.cpu': 10 }, { 'requests.cpu': 9.5 }),
      { 'requests.cpu': 2 },
      'fail',
      'team leaves 2.5 CPU of requests.cpu, the plan requests 3 CPU',
    ],
    ['an object that exists', quota({ secrets: 5 }, { secrets: 5 }), { secrets: 1 }, 'pass', ''],
    ['objects of others alone', quota({ secrets: 5 }, { secrets: 5 }), { secrets: 0 }, 'fail', 'leaves 0 of secrets'],
  ])('of an installed release, used by %s', (_, used, own, status, words) => {
    const found = result('cluster.quota', [
      [CLUSTER_LIMITS, { quotas: [used], ranges: [] }],
      [QUOTA_OWN, own],
      [RENDERED_OBJECTS, planned()],
      [CLUSTER_RELEASE, { status: 'deployed', revision: 1, claims: [] }],
    ]);
    expect(found.status).toBe(status);
    expect(found.message).toContain(words);
  });

  it.each<[string, readonly LimitRangeFact[], string]>([
    ['nothing fills in', [], 'fail'],
    ['a limit range fills in', [{ ...line, defaultRequests: { cpu: 0.1 } }], 'pass'],
    ['a limit range of pods fills in nothing', [{ ...line, type: 'Pod', max: { cpu: 9 } }], 'fail'],
  ])('containers without a request, if %s', (_, ranges, status) => {
    const seen: Seen = [
      [CLUSTER_LIMITS, { quotas: [quota({ 'requests.cpu': 100 })], ranges }],
      [QUOTA_OWN, {}],
      [RENDERED_OBJECTS, mute],
    ];
    expect(result('cluster.quota', seen).status).toBe(status);
  });
});

describe('cluster.limit-range', () => {
  const range = (over: Partial<LimitRangeFact>): LimitRangeFact => ({
    name: 'team',
    type: 'Container',
    min: {},
    max: {},
    defaults: {},
    defaultRequests: {},
    ...over,
  });
  it.each<[string, Partial<LimitRangeFact>, Partial<ContainerDemands>, string]>([
    ['wide enough', { min: { cpu: 0.01 }, max: { cpu: 8, memory: 16 * GIB } }, {}, 'pass'],
    ['limit above the largest', { max: { memory: 4 * GIB } }, {}, 'fail'],
    ['request below the smallest', { min: { cpu: 2 } }, {}, 'fail'],
    ['request above the limit that is filled in', { defaults: { cpu: 0.5 } }, { limits: {} }, 'fail'],
    ['limit filled in that is enough', { defaults: { cpu: 2, memory: 4 * GIB } }, { limits: {} }, 'pass'],
    [
      'says nothing, filled in within bounds',
      { max: { cpu: 1 }, defaults: { cpu: 0.5 } },
      { requests: {}, limits: {} },
      'pass',
    ],
    ['smaller than a claim', { type: 'PersistentVolumeClaim', max: { storage: 2 * GIB } }, {}, 'fail'],
    ['larger than a claim', { type: 'PersistentVolumeClaim', min: { storage: 10 * GIB } }, {}, 'fail'],
    ['wide enough for claims', { type: 'PersistentVolumeClaim', max: { storage: 5 * GIB } }, {}, 'pass'],
    ['of pods, which is not judged', { type: 'Pod', max: { cpu: 0.1 } }, {}, 'pass'],
  ])('%s', (_, over, demands, status) => {
    const seen: Seen = [
      [CLUSTER_LIMITS, { quotas: [], ranges: [range(over)] }],
      [RENDERED_OBJECTS, planned({ containers: [container(demands)] })],
    ];
    expect(result('cluster.limit-range', seen).status).toBe(status);
  });
});

describe('cluster.pod-security', () => {
  const root = { restricted: ['may run as root'] };
  const host = { baseline: ['hostPath volumes'], restricted: ['hostPath volumes', 'may run as root'] };
  it.each<[string, boolean, string, Partial<PodDemands>, string, string]>([
    ['no level', true, '', host, 'pass', ''],
    ['privileged', true, 'privileged', host, 'pass', ''],
    ['restricted, pods that comply', true, 'restricted', {}, 'pass', ''],
    ['restricted, root', true, 'restricted', root, 'fail', 'enforce=baseline'],
    ['baseline, root', true, 'baseline', root, 'pass', ''],
    ['baseline, the host', true, 'baseline', host, 'fail', 'enforce=privileged'],
    ['a namespace that is not there', false, '', root, 'pass', ''],
  ])('%s', (_, exists, enforces, demands, status, remedy) => {
    const found = result('cluster.pod-security', [
      [CLUSTER_NAMESPACE, { name: 'dify', exists, phase: 'Active', enforces }],
      [RENDERED_OBJECTS, planned(demands)],
    ]);
    expect(found.status).toBe(status);
    if (remedy !== '')
      expect(found.remedy).toBe(`kubectl label --overwrite namespace dify pod-security.kubernetes.io/${remedy}`);
  });
});

it.each([
  ['', [], 'pass'],
  ['high', ['high', 'system-cluster-critical'], 'pass'],
  ['hihg', ['high'], 'fail'],
])('cluster.priority-class: %j of %j is %s', (priorityClass, classes, status) => {
  const seen: Seen = [
    [RENDERED_OBJECTS, planned({ priorityClass })],
    [PRIORITY_CLASSES, classes.map((name) => ({ name, value: 1_000, preempts: true }))],
  ];
  expect(result('cluster.priority-class', seen).status).toBe(status);
});

it.each([
  [[], 'pass', ''],
  [['HTTPRoute (gateway.networking.k8s.io/v1)'], 'fail', 'Gateway API'],
  [['ExternalSecret (external-secrets.io/v1)'], 'fail', 'External Secrets'],
  [['Widget (example.com/v1)'], 'fail', 'the CRDs that define them'],
])('cluster.kinds: unknown %j is %s', (unknownKinds, status, remedy) => {
  const found = result('cluster.kinds', [[CLUSTER_RIGHTS, { namespace: 'dify', rights: [], unknownKinds }]]);
  expect(found.status).toBe(status);
  expect(found.remedy).toContain(remedy);
});

it.each([
  [true, 'Active', 'pass', 'namespace dify exists'],
  [false, '', 'pass', 'will be created'],
  [true, 'Terminating', 'fail', 'being deleted'],
])('cluster.namespace: there %s, %s is %s', (exists, phase, status, words) => {
  const found = result('cluster.namespace', [[CLUSTER_NAMESPACE, { name: 'dify', exists, phase, enforces: '' }]]);
  expect(found.status).toBe(status);
  expect(found.message).toContain(words);
});
