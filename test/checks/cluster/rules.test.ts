import { describe, expect, it } from 'vitest';
import { INGRESS_CLASSES, STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { CLUSTER_NODES } from '../../../src/evidence/cluster/nodes.ts';
import { CLUSTER_RELEASE, type ReleaseFact } from '../../../src/evidence/cluster/release.ts';
import { CLUSTER_RIGHTS, type RightFact } from '../../../src/evidence/cluster/rights.ts';
import { CLUSTER_VERSION } from '../../../src/evidence/cluster/version.ts';
import type { EvidenceKey } from '../../../src/evidence/evidence.ts';
import { type PlannedIngress, RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { COMPOSE, HELM, KUBECTL, OTHER_DIFYCTL } from '../../../src/evidence/tools.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { claim, nodes, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const deployment = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
type Seen = readonly (readonly [EvidenceKey<unknown>, unknown])[];

function verdict(id: string, seen: Seen) {
  const { status, message } = judged(checkOf(id), { deployment, seen });
  return [status, message];
}

describe('versions', () => {
  const version = (text: string | undefined, fault?: string) => ({ version: text, fault });
  it.each<[string, Seen, string]>([
    ['tools.helm', [[HELM, version('3.14.0')]], 'pass'],
    ['tools.helm', [[HELM, version('4.3.1')]], 'pass'],
    ['tools.helm', [[HELM, version('3.13.9')]], 'fail'],
    ['tools.helm', [[HELM, version(undefined, 'helm was not found on PATH')]], 'fail'],
    ['tools.compose', [[COMPOSE, version('2.23.3')]], 'fail'],
    ['tools.compose', [[COMPOSE, version('2.24.0')]], 'warn'],
    ['tools.compose', [[COMPOSE, version('2.34.9-desktop.1')]], 'warn'],
    ['tools.compose', [[COMPOSE, version('2.40.3')]], 'pass'],
    ['tools.compose', [[COMPOSE, version('v5.0.0')]], 'pass'],
    ['cluster.version', [[CLUSTER_VERSION, { gitVersion: 'v1.23.17' }]], 'fail'],
    ['cluster.version', [[CLUSTER_VERSION, { gitVersion: 'v1.24.0-eks-1234' }]], 'pass'],
    ['cluster.version', [[CLUSTER_VERSION, { gitVersion: 'v1.34.2+k3s1' }]], 'pass'],
    ['tools.other-difyctl', [[OTHER_DIFYCTL, { first: '/usr/bin/difyctl', isThis: false }]], 'warn'],
    ['tools.other-difyctl', [[OTHER_DIFYCTL, { first: '/usr/bin/difyctl', isThis: true }]], 'pass'],
    ['tools.other-difyctl', [[OTHER_DIFYCTL, { first: undefined, isThis: false }]], 'pass'],
  ])('%s %j is %s', (id, seen, status) => {
    expect(verdict(id, seen)[0]).toBe(status);
  });

  it.each([
    ['1.34.0', 'v1.34.9', 'pass'],
    ['1.33.0', 'v1.34.0', 'pass'],
    ['1.35.1', 'v1.34.0', 'pass'],
    ['1.32.4-dispatcher', 'v1.36.3', 'warn'],
    ['', 'v1.36.3', 'warn'],
  ])('kubectl %s with a cluster of %s: %s', (client, server, status) => {
    const seen = [
      [CLUSTER_VERSION, { gitVersion: server }],
      [KUBECTL, version(client)],
    ] as const;
    expect(verdict('cluster.version-skew', seen)[0]).toBe(status);
  });
});

describe('cluster.reachable', () => {
  it('fails if nothing answers, with the message of kubectl', () => {
    expect(verdict('cluster.reachable', [])[0]).toBe('fail');
  });
});

describe('cluster.permissions', () => {
  const right = (verb: string, resource: string, group = '', over: Partial<RightFact> = {}): RightFact => ({
    group,
    resource,
    verb,
    namespaced: true,
    allowed: true,
    purpose: '',
    ...over,
  });
  const facts = (rights: readonly RightFact[]) =>
    [[CLUSTER_RIGHTS, { namespace: 'dify', rights, unknownKinds: [] }]] as const;

  it('names verbs and resources, and a role that an administrator can paste', () => {
    const rights = [
      right('get', 'pods'),
      right('create', 'deployments', 'apps', { allowed: false }),
      right('patch', 'deployments', 'apps', { allowed: false }),
      right('create', 'pods/portforward', '', { allowed: false }),
    ];
    expect(judged(checkOf('cluster.permissions'), { deployment, seen: facts(rights) })).toMatchObject({
      status: 'fail',
      message: '3 rights of 4 missing in namespace dify\ncreate/patch deployments.apps\ncreate pods/portforward',
      remedy:
        'have an administrator run: echo \'{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"difyctl","namespace":"dify"},"rules":[{"apiGroups":["apps"],"resources":["deployments"],"verbs":["create","patch"]},{"apiGroups":[""],"resources":["pods/portforward"],"verbs":["create"]}]}\' | kubectl create -f -, and bind the Role difyctl to you',
    });
  });

  it('grants each missing pair of verb and resource and no other, in a role and a cluster role', () => {
    const denied = [
      right('create', 'namespaces', '', { allowed: false, namespaced: false }),
      right('create', 'deployments', 'apps', { allowed: false }),
      right('delete', 'configmaps', '', { allowed: false }),
      right('get', 'clusterroles', 'rbac.authorization.k8s.io', { allowed: false, namespaced: false }),
    ];
    const { remedy } = judged(checkOf('cluster.permissions'), { deployment, seen: facts(denied) });
    const [, object = '', rest] =
      /^have an administrator run: echo '(.*)' \| kubectl create -f -, (.*)$/.exec(remedy ?? '') ?? [];
    const metadata = { name: 'difyctl' };
    expect(JSON.parse(object)).toEqual({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { ...metadata, namespace: 'dify' },
          rules: [
            { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] },
            { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] },
          ],
        },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          metadata,
          rules: [
            { apiGroups: [''], resources: ['namespaces'], verbs: ['create'] },
            { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['get'] },
          ],
        },
      ],
    });
    expect(rest).toBe('and bind the Role and the ClusterRole difyctl to you');
  });

  it.each<[string, Seen, string]>([
    ['all granted', facts([right('get', 'pods')]), 'pass'],
    [
      'a namespace that has to be made',
      facts([right('create', 'namespaces', '', { allowed: false, namespaced: false })]),
      'fail',
    ],
  ])('%s', (_, seen, status) => {
    expect(verdict('cluster.permissions', seen)[0]).toBe(status);
  });
});

describe('cluster.storage.read-write-many', () => {
  const set = (modes: readonly string[], storageClass: string | undefined, replicas: number) =>
    rendered({
      claims: [claim('dify', { accessModes: modes, storageClass })],
      workloads: [workload('dify-api', replicas, shape(1, 1), { claims: ['dify'] })],
    });
  const classes = (provisioner: string) => [{ name: 'standard', provisioner, isDefault: true }];
  const noRelease: ReleaseFact = { status: undefined, revision: undefined, claims: [] };
  const bound: ReleaseFact = {
    ...noRelease,
    claims: [{ name: 'dify', phase: 'Bound', accessModes: ['ReadWriteMany'] }],
  };

  const once = { ...noRelease, claims: [{ name: 'dify', phase: 'Bound', accessModes: ['ReadWriteOnce'] }] };
  const kept = (values: readonly string[], topologyKey = 'kubernetes.io/hostname') => {
    const together = [{ topologyKey, rules: [{ key: 'component', operator: 'In', values }] }];
    return rendered({
      claims: [claim('dify', { accessModes: ['ReadWriteOnce'] })],
      workloads: ['api', 'worker'].map((component) =>
        workload(`dify-${component}`, 1, { ...shape(1, 1), labels: { component }, together }, { claims: ['dify'] }),
      ),
    });
  };

  it.each<[string, ReturnType<typeof set>, ReturnType<typeof classes>, ReleaseFact, string]>([
    ['single node, pods kept on one', kept(['api', 'worker']), classes('rancher.io/local-path'), noRelease, 'pass'],
    ['single node, one pod kept elsewhere', kept(['api']), classes('rancher.io/local-path'), noRelease, 'fail'],
    ['single node, pods kept in one zone', kept(['api', 'worker'], 'zone'), classes('x'), noRelease, 'fail'],
    ['single node, and bound with another mode', kept(['api', 'worker']), classes('x'), bound, 'fail'],
    ['single node, and bound so', kept(['api', 'worker']), classes('x'), once, 'pass'],
    ['no claim', rendered(), classes('ebs.csi.aws.com'), noRelease, 'pass'],
    ['shared, on a file system', set(['ReadWriteMany'], undefined, 3), classes('efs.csi.aws.com'), noRelease, 'pass'],
    ['shared, on a disk', set(['ReadWriteMany'], undefined, 1), classes('ebs.csi.aws.com'), noRelease, 'fail'],
    [
      'shared, by an unknown provisioner',
      set(['ReadWriteMany'], undefined, 3),
      classes('example.com/x'),
      noRelease,
      'warn',
    ],
    ['shared, bound already', set(['ReadWriteMany'], undefined, 3), classes('ebs.csi.aws.com'), bound, 'pass'],
    [
      'single node under several pods',
      set(['ReadWriteOnce'], undefined, 2),
      classes('efs.csi.aws.com'),
      noRelease,
      'fail',
    ],
    ['single node under one pod', set(['ReadWriteOnce'], undefined, 1), classes('ebs.csi.aws.com'), noRelease, 'pass'],
    ['a class that is not there', set(['ReadWriteMany'], 'fast', 2), classes('efs.csi.aws.com'), noRelease, 'skip'],
    ['no default class', set(['ReadWriteMany'], undefined, 2), [], noRelease, 'skip'],
  ])('%s', (_, planned, list, release, status) => {
    const seen = [
      [RENDERED_OBJECTS, planned],
      [STORAGE_CLASSES, list],
      [CLUSTER_RELEASE, release],
    ] as const;
    expect(verdict('cluster.storage.read-write-many', seen)[0]).toBe(status);
  });
});

describe('cluster.ingress-class', () => {
  const classes = [{ name: 'nginx', controller: 'k8s.io/ingress-nginx', isDefault: false }];
  it.each<[string, string | undefined, boolean, string]>([
    ['there', 'nginx', true, 'pass'],
    ['not there', 'traefik', true, 'fail'],
    ['none named, no default', undefined, true, 'fail'],
    ['no ingress', undefined, false, 'pass'],
  ])('%s', (_, className, has, status) => {
    const ingresses = has ? [{ name: 'dify', className, tls: true }] : [];
    const seen = [
      [RENDERED_OBJECTS, rendered({ ingresses })],
      [INGRESS_CLASSES, classes],
    ] as const;
    expect(verdict('cluster.ingress-class', seen)[0]).toBe(status);
  });
});

it.each<[string, PlannedIngress, string, string]>([
  ['Google’s, by annotation, on GKE', ingress('gce', true), 'v1.33.5-gke.1080000', 'pass'],
  ['Google’s, by annotation, elsewhere', ingress('gce', true), 'v1.33.5', 'warn'],
  ['Google’s, as a class, which it does not have', ingress('gce', false), 'v1.33.5-gke.1080000', 'fail'],
  ['none at all, on GKE', ingress(undefined, false), 'v1.33.5-gke.1080000', 'pass'],
  ['another by annotation', ingress('haproxy', true), 'v1.33.5', 'warn'],
  ['one that exists, by annotation', ingress('nginx', true), 'v1.33.5', 'pass'],
])('cluster.ingress-class: %s', (_, planned, gitVersion, status) => {
  const seen = [
    [RENDERED_OBJECTS, rendered({ ingresses: [planned] })],
    [INGRESS_CLASSES, [{ name: 'nginx', controller: 'k8s.io/ingress-nginx', isDefault: false }]],
    [CLUSTER_VERSION, { gitVersion }],
  ] as const;
  expect(verdict('cluster.ingress-class', seen)[0]).toBe(status);
});

function ingress(className: string | undefined, byAnnotation: boolean): PlannedIngress {
  return { name: 'dify', className, byAnnotation, tls: true };
}

describe('the release', () => {
  const fact = (status: string | undefined, claims = 0): ReleaseFact => ({
    status,
    revision: status === undefined ? undefined : 3,
    claims: Array.from({ length: claims }, (_, index) => ({ name: `c${index}`, phase: 'Bound', accessModes: [] })),
  });

  it.each<[string, ReleaseFact, string]>([
    ['release.state', fact(undefined), 'pass'],
    ['release.state', fact('deployed'), 'pass'],
    ['release.state', fact('failed'), 'warn'],
    ['release.state', fact('pending-install'), 'warn'],
    ['release.state', fact('uninstalling'), 'warn'],
    ['release.leftovers', fact(undefined, 0), 'pass'],
    ['release.leftovers', fact(undefined, 2), 'warn'],
    ['release.leftovers', fact('deployed', 2), 'pass'],
  ])('%s %j is %s', (id, release, status) => {
    expect(verdict(id, [[CLUSTER_RELEASE, release]])[0]).toBe(status);
  });
});

it.each([
  [3, 3, 'pass'],
  [2, 3, 'fail'],
  [0, 3, 'fail'],
])('cluster.zones: nodes in %i zones of %i declared', (zones, declared, status) => {
  const sample = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
  const planned = parsedDeployment({ ...sample, recovery: { ...sample.recovery, topology: { zones: declared } } });
  const seen = [[CLUSTER_NODES, nodes(6, { zones })]] as const;
  expect(judged(checkOf('cluster.zones'), { deployment: planned, seen }).status).toBe(status);
});
