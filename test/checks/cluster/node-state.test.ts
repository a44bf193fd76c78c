import { describe, expect, it } from 'vitest';
import { CLUSTER_AUTOSCALER } from '../../../src/evidence/cluster/autoscaler.ts';
import { STORAGE_CLASSES } from '../../../src/evidence/cluster/classes.ts';
import { CLUSTER_DNS } from '../../../src/evidence/cluster/dns.ts';
import { CLUSTER_NODES } from '../../../src/evidence/cluster/nodes.ts';
import { CLUSTER_PODS, type PodSums } from '../../../src/evidence/cluster/pods.ts';
import { CLUSTER_RELEASE } from '../../../src/evidence/cluster/release.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { claim, GIB, NO_PODS, node, nodes, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';

const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');

describe('nodes', () => {
  it.each([
    ['cluster.node-pressure', nodes(6), 'pass'],
    ['cluster.node-pressure', [...nodes(5), node('n6', { troubles: ['DiskPressure'] })], 'warn'],
    ['cluster.node-pressure', [...nodes(5), node('n6', { ready: false, troubles: ['MemoryPressure'] })], 'pass'],
    ['cluster.ephemeral-storage', nodes(6), 'pass'],
    ['cluster.ephemeral-storage', nodes(6, { ephemeralStorage: undefined }), 'pass'],
    ['cluster.ephemeral-storage', [...nodes(5), node('n6', { ephemeralStorage: 17 * GIB })], 'warn'],
    ['cluster.ephemeral-storage', [...nodes(5), node('n6', { ephemeralStorage: GIB, schedulable: false })], 'pass'],
  ])('%s', (id, list, status) => {
    expect(judged(checkOf(id), { seen: [[CLUSTER_NODES, list]] }).status).toBe(status);
  });
});

it.each([
  [2, 2, 'pass'],
  [2, 1, 'pass'],
  [2, 0, 'fail'],
  [0, 0, 'pass'],
])('cluster.dns: %i pods, %i ready', (pods, ready, status) => {
  expect(judged(checkOf('cluster.dns'), { seen: [[CLUSTER_DNS, { pods, ready }]] }).status).toBe(status);
});

describe('capacity', () => {
  /** Six nodes on each of which others ask for this many CPUs. */
  const taken = (cpu: number): PodSums => ({
    ...NO_PODS,
    nodes: nodes(6).map(({ name }) => ({
      node: name,
      fixed: { cpu: 0, memory: 0, count: 0 },
      movable: [{ cpu, memory: GIB, count: 1 }],
    })),
  });
  const grows = { karpenter: true, clusterAutoscaler: false };
  const stays = { karpenter: false, clusterAutoscaler: false };

  it.each([
    ['empty nodes', 0, stays, 'pass'],
    ['nodes that are full', 7, stays, 'fail'],
    ['nodes that are full where more may come', 7, grows, 'warn'],
  ])('without a file: %s', (_, cpu, autoscaler, status) => {
    const seen = [
      [CLUSTER_NODES, nodes(6)],
      [CLUSTER_PODS, taken(cpu)],
      [CLUSTER_AUTOSCALER, autoscaler],
    ] as const;
    expect(judged(checkOf('cluster.capacity.free'), { tier: 'prod', seen }).status).toBe(status);
  });

  it.each([
    [stays, 'fail'],
    [grows, 'warn'],
  ])('that future nodes would add: %j', (autoscaler, status) => {
    const seen = [
      [CLUSTER_NODES, nodes(6)],
      [CLUSTER_PODS, taken(7)],
      [CLUSTER_AUTOSCALER, autoscaler],
      [RENDERED_OBJECTS, rendered({ workloads: [workload('dify-api', 3, shape(2, 2))] })],
    ] as const;
    expect(judged(checkOf('cluster.capacity.fit'), { deployment, seen }).status).toBe(status);
  });
});

describe('cluster.storage.class', () => {
  const standard = { name: 'standard', provisioner: 'ebs.csi.aws.com', isDefault: true };
  const other = { ...standard, name: 'fast' };
  const claims = (storageClass: string | undefined) => [
    claim('dify', { accessModes: ['ReadWriteMany'], storageClass }),
  ];
  const living = { status: 'deployed', revision: 1, claims: [{ name: 'dify', phase: 'Bound', accessModes: [] }] };

  it.each([
    ['one default', [standard], 'pass'],
    ['none', [{ ...standard, isDefault: false }], 'warn'],
    ['two', [standard, other], 'warn'],
  ])('without a file, default classes: %s', (_, classes, status) => {
    expect(judged(checkOf('cluster.storage.class'), { seen: [[STORAGE_CLASSES, classes]] }).status).toBe(status);
  });

  it.each([
    ['no claim, no class', [], [], undefined, 'pass'],
    ['the named class', claims('standard'), [standard], undefined, 'pass'],
    ['a class that is not there', claims('fsat'), [standard], undefined, 'fail'],
    ['no default', claims(undefined), [{ ...standard, isDefault: false }], undefined, 'fail'],
    ['two defaults', claims(undefined), [standard, other], undefined, 'warn'],
    ['a claim that stands there already', claims('gone'), [standard], living, 'pass'],
    ['by hand', claims(''), [], undefined, 'pass'],
  ])('%s', (_, planned, classes, release, status) => {
    const seen = [
      [STORAGE_CLASSES, classes],
      [RENDERED_OBJECTS, rendered({ claims: planned })],
      [CLUSTER_RELEASE, release ?? { status: undefined, revision: undefined, claims: [] }],
    ] as const;
    expect(judged(checkOf('cluster.storage.class'), { deployment, seen }).status).toBe(status);
  });
});
