import { describe, expect, it } from 'vitest';
import { STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { CSI_DRIVERS, type CsiDriversFact } from '../../../src/evidence/cluster/csi-drivers.ts';
import { CLUSTER_GATEWAYS, type GatewayFact } from '../../../src/evidence/cluster/gateways.ts';
import { METRICS_APIS } from '../../../src/evidence/cluster/metrics-apis.ts';
import { CLUSTER_RELEASE } from '../../../src/evidence/cluster/release.ts';
import { CLUSTER_RIGHTS } from '../../../src/evidence/cluster/rights.ts';
import { CLUSTER_SECRET_STORE, type SecretStoreFact } from '../../../src/evidence/cluster/secret-store.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { claim, rendered } from '../../support/cluster-facts.ts';
import { parsedDeployment, sampleDeployment, urls } from '../../support/deployments.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');

/** A deployment whose secrets come from a store. */
const STORED = {
  apiVersion: 'difyctl/v1',
  tier: 'test',
  target: { type: 'kubernetes' },
  urls: urls('https://dify.example.com'),
  secrets: { provider: 'external-secrets', store: { name: 'vault' } },
};

describe('cluster.storage.driver', () => {
  const EBS = 'ebs.csi.aws.com';
  const none: CsiDriversFact = { drivers: [], nodes: 6, onNodes: {} };
  const living = { status: 'deployed', revision: 1, claims: [{ name: 'dify', phase: 'Bound', accessModes: [] }] };

  it.each<[string, string, CsiDriversFact | undefined, unknown, string, string]>([
    [
      'a driver on every node',
      EBS,
      { drivers: [EBS], nodes: 6, onNodes: { [EBS]: 6 } },
      undefined,
      'pass',
      'installed',
    ],
    ['a driver that needs no object', EBS, { ...none, onNodes: { [EBS]: 6 } }, undefined, 'pass', 'installed'],
    ['a driver, and no node yet', EBS, { ...none, drivers: [EBS], nodes: 0 }, undefined, 'pass', 'installed'],
    ['no driver', EBS, none, undefined, 'fail', 'CSI driver ebs.csi.aws.com does not exist'],
    [
      'no driver, and no node yet',
      EBS,
      { ...none, nodes: 0 },
      undefined,
      'warn',
      'CSI driver ebs.csi.aws.com does not exist',
    ],
    ['a driver on no node', EBS, { ...none, drivers: [EBS] }, undefined, 'fail', 'runs on none of 6 nodes'],
    ['a driver by another name', 'driver.longhorn.io', none, undefined, 'fail', 'driver.longhorn.io'],
    ['a claim that stands already', EBS, none, living, 'pass', 'no new volume'],
    ['no right to look', EBS, undefined, undefined, 'skip', 'skipped'],
    ['local-path', 'rancher.io/local-path', none, undefined, 'pass', 'no new volume'],
    ['minikube', 'k8s.io/minikube-hostpath', none, undefined, 'pass', 'no new volume'],
    ['NFS directories', 'cluster.local/nfs-subdir-external-provisioner', none, undefined, 'pass', 'no new volume'],
    ['in-tree', 'kubernetes.io/aws-ebs', none, undefined, 'pass', 'no new volume'],
  ])('%s', (_, provisioner, drivers, release, status, words) => {
    const found = judged(checkOf('cluster.storage.driver'), {
      deployment,
      seen: [
        [RENDERED_OBJECTS, rendered({ claims: [claim('dify')] })],
        [STORAGE_CLASSES, [{ name: 'standard', provisioner, isDefault: true }]],
        ...(release === undefined ? [] : [[CLUSTER_RELEASE, release] as const]),
        ...(drivers === undefined ? [] : [[CSI_DRIVERS, drivers] as const]),
      ],
    });
    expect(found.status).toBe(status);
    expect(found.message).toContain(words);
  });
});

describe('cluster.secret-store', () => {
  const store: SecretStoreFact = {
    ...{ kind: 'SecretStore', name: 'vault', namespace: 'dify', version: 'v1' },
    ...{ served: ['v1', 'v1beta1'], exists: true, ready: true, why: '', refusesNamespace: false },
  };
  it.each<[string, Partial<SecretStoreFact>, string, string]>([
    ['ready', {}, 'pass', 'SecretStore dify/vault is Ready'],
    ['of the cluster', { kind: 'ClusterSecretStore', namespace: '' }, 'pass', 'ClusterSecretStore vault is Ready'],
    [
      'no operator',
      { served: [], exists: false, ready: undefined },
      'fail',
      'External Secrets is not installed; expected a store that External Secrets reports as Ready',
    ],
    [
      'an older operator',
      { served: ['v1beta1'], exists: false },
      'fail',
      'the cluster serves external-secrets.io v1beta1, and v1 is rendered; expected a store that External Secrets reports as Ready',
    ],
    [
      'missing',
      { exists: false, ready: undefined },
      'fail',
      'SecretStore dify/vault does not exist; expected a store that External Secrets reports as Ready',
    ],
    [
      'not ready',
      { ready: false, why: 'InvalidProviderConfig: permission denied' },
      'fail',
      'SecretStore dify/vault is not Ready: InvalidProviderConfig: permission denied; expected a store that External Secrets reports as Ready',
    ],
    [
      'for other namespaces',
      { kind: 'ClusterSecretStore', namespace: '', refusesNamespace: true },
      'fail',
      'ClusterSecretStore vault does not allow the namespace (spec.conditions); expected a store that External Secrets reports as Ready',
    ],
    [
      'without a state',
      { ready: undefined },
      'warn',
      'the operator reports no state of SecretStore dify/vault; expected a store that External Secrets reports as Ready',
    ],
  ])('%s', (_, seen, status, message) => {
    const found = judged(checkOf('cluster.secret-store'), {
      deployment: parsedDeployment(STORED),
      seen: [[CLUSTER_SECRET_STORE, { ...store, ...seen }]],
    });
    expect([found.status, found.message]).toEqual([status, message]);
  });
});

describe('cluster.gateway', () => {
  const parent = { kind: 'Gateway', namespace: 'edge', name: 'public', section: '', port: 0 };
  const listener = { name: 'https', port: 443, hostname: '*.example.com', from: 'All' };
  const gateway: GatewayFact = {
    namespace: 'edge',
    name: 'public',
    exists: true,
    accepted: true,
    programmed: true,
    listeners: [listener],
  };
  it.each<[string, Partial<typeof parent> | undefined, Partial<GatewayFact>, string, string]>([
    ['there', {}, {}, 'pass', 'found Gateway public'],
    ['not there', {}, { exists: false, listeners: [] }, 'fail', 'Gateway edge/public does not exist'],
    ['not named', undefined, {}, 'fail', 'HTTPRoute dify names no Gateway'],
    ['without the section', { section: 'http' }, {}, 'fail', 'has no listener http'],
    ['without the port', { port: 80 }, {}, 'fail', 'has no listener on port 80'],
    [
      'for its own namespace',
      {},
      { listeners: [{ ...listener, from: 'Same' }] },
      'fail',
      'no routes of other namespaces',
    ],
    [
      'for other names',
      {},
      { listeners: [{ ...listener, hostname: 'a.test' }] },
      'fail',
      'no listener for dify.example.com',
    ],
    ['for any name', {}, { listeners: [{ ...listener, hostname: '' }] }, 'pass', 'found Gateway public'],
    ['not in service', {}, { programmed: false }, 'warn', 'the controller reports Gateway public as not ready'],
    ['new, and silent', {}, { programmed: undefined, accepted: undefined }, 'pass', 'found Gateway public'],
    ['a service of a mesh', { kind: 'Service' }, {}, 'pass', ''],
  ])('%s', (_, over, seen, status, words) => {
    const parents = over === undefined ? [] : [{ ...parent, ...over }];
    const found = judged(checkOf('cluster.gateway'), {
      deployment,
      seen: [
        [RENDERED_OBJECTS, rendered({ routes: [{ name: 'dify', hostnames: ['dify.example.com'], parents }] })],
        [CLUSTER_GATEWAYS, [{ ...gateway, ...seen }]],
      ],
    });
    expect(found.status).toBe(status);
    expect(found.message).toContain(words);
  });

  it('leaves kinds that the cluster does not support to their own check', () => {
    const unknownKinds = ['HTTPRoute (gateway.networking.k8s.io/v1)'];
    const found = judged(checkOf('cluster.gateway'), {
      deployment,
      seen: [
        [RENDERED_OBJECTS, rendered({ routes: [{ name: 'dify', hostnames: [], parents: [parent] }] })],
        [CLUSTER_GATEWAYS, [{ ...gateway, exists: false }]],
        [CLUSTER_RIGHTS, { namespace: 'dify', rights: [], unknownKinds }],
      ],
    });
    expect(found.status).toBe('skip');
  });
});

describe('cluster.metrics', () => {
  const CPU = 'metrics.k8s.io';
  const scaled = (api: string) => [{ name: 'dify-api', apis: [api] }];
  it.each<[string, ReturnType<typeof scaled>, Readonly<Record<string, string>>, string, string, string]>([
    ['no autoscaler', [], {}, 'pass', 'no HorizontalPodAutoscaler', ''],
    ['metrics-server', scaled(CPU), { [CPU]: 'serves' }, 'pass', 'served', ''],
    ['none', scaled(CPU), { [CPU]: 'missing' }, 'warn', 'nothing serves metrics.k8s.io: dify-api', 'metrics-server'],
    ['a silent one', scaled(CPU), { [CPU]: 'silent' }, 'warn', 'does not answer', 'apiservice v1beta1.metrics.k8s.io'],
    [
      'no adapter',
      scaled('custom.metrics.k8s.io'),
      { 'custom.metrics.k8s.io': 'missing' },
      'warn',
      'nothing serves custom.metrics.k8s.io',
      'adapter',
    ],
  ])('%s', (_, autoscalers, states, status, words, remedy) => {
    const found = judged(checkOf('cluster.metrics'), {
      deployment,
      seen: [
        [RENDERED_OBJECTS, rendered({ autoscalers })],
        [METRICS_APIS, states],
      ],
    });
    expect(found.status).toBe(status);
    expect(found.message).toContain(words);
    expect(found.remedy).toContain(remedy);
  });
});
