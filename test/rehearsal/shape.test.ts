import { describe, expect, it } from 'vitest';
import { at } from '../../src/base/json-path.ts';
import type { Evidence, EvidenceKey } from '../../src/evidence/evidence.ts';
import { claimStage } from '../../src/rehearsal/shape/claim-stage.ts';
import { shapeFromCluster } from '../../src/rehearsal/shape/from-evidence.ts';
import { shapeFromFlags } from '../../src/rehearsal/shape/from-flags.ts';
import { clusterObjects, loadObjects, nodeObjects } from '../../src/rehearsal/shape/objects.ts';
import { type Shape, zoneOf, zonesOf } from '../../src/rehearsal/shape/shape.ts';

const flags = shapeFromFlags('2x8C32G,1x4C16G', 2);

describe('a shape by flags', () => {
  it('has nodes of each class, with zones in turn', () => {
    expect(flags.nodes.map((node) => `${node.name} ${zoneOf(node)} ${node.allocatable.cpu}`)).toEqual([
      'sim-1 sim-1a 7.91',
      'sim-2 sim-1b 7.91',
      'sim-3 sim-1a 3.92',
    ]);
    expect(zonesOf(flags.nodes)).toEqual(['sim-1a', 'sim-1b']);
  });

  it.each(['0', '6x8C', '1001x1C1G'])('refuses %s', (text) => {
    expect(() => shapeFromFlags(text, 1)).toThrow(/6x8C32G/);
  });
});

const LOADED: Shape = {
  ...flags,
  source: 'cluster',
  loads: [
    {
      node: 'sim-1',
      fixed: { cpu: 0.5, memory: 2 ** 30, count: 2 },
      movable: [{ cpu: 1, memory: 2 ** 30, count: 2 }],
    },
    { node: 'sim-2', fixed: { cpu: 0, memory: 0, count: 0 }, movable: [{ cpu: 1, memory: 2 ** 30, count: 1 }] },
    { node: 'gone', fixed: { cpu: 0, memory: 0, count: 0 }, movable: [{ cpu: 9, memory: 0, count: 1 }] },
  ],
};

describe('the objects of a shape', () => {
  it('exclude the requests of bound foreign pods', () => {
    const [first, second] = nodeObjects(LOADED, 10_250, '1.36.3').map(({ status }) => status.allocatable);
    expect(first).toMatchObject({ cpu: '7410m', pods: '108' });
    expect(second).toMatchObject({ cpu: '7910m', pods: '110' });
  });

  it('have foreign pods on their nodes, and a set that recreates each size elsewhere', () => {
    const { pods, sets } = loadObjects(LOADED);
    expect(pods.map((pod) => (pod as { readonly spec: { readonly nodeName: string } }).spec.nodeName)).toEqual([
      ...['sim-1', 'sim-1', 'sim-2'],
    ]);
    expect(sets).toHaveLength(1);
    expect(sets[0]).toMatchObject({ spec: { replicas: 3 } });
  });

  it('have the classes and the quotas of the cluster', () => {
    const shape: Shape = {
      ...flags,
      storageClasses: [{ name: 'fast', provisioner: 'ebs.csi.aws.com', isDefault: true }],
      priorityClasses: [
        { name: 'system-node-critical', value: 2_000_001_000, preempts: true },
        { name: 'important', value: 7, preempts: false },
      ],
      limits: { quotas: [{ name: 'small', hard: { pods: 10, 'requests.cpu': 2.5 }, used: {} }], ranges: [] },
    };
    const objects = clusterObjects(shape, 'dify') as readonly { readonly kind: string; readonly spec?: unknown }[];
    expect(objects.map(({ kind }) => kind)).toEqual(['StorageClass', 'PriorityClass', 'ResourceQuota']);
    expect(objects[1]).toMatchObject({ value: 7, preemptionPolicy: 'Never' });
    expect(objects[2]?.spec).toEqual({ hard: { pods: '10000m', 'requests.cpu': '2500m' } });
  });

  it('have the priorities of the pods of others', () => {
    const movable = [-5, 0, 7, 2_000_000_000].map((priority) => ({ cpu: 1, memory: 2 ** 20, count: 1, priority }));
    const fixed = { cpu: 0, memory: 0, count: 0 };
    const shape: Shape = { ...flags, loads: [{ node: 'sim-1', fixed, movable }] };
    const classes = clusterObjects(shape, 'dify') as readonly { readonly metadata: object; readonly value: number }[];
    expect(classes.map(({ metadata, value }) => ({ ...metadata, value }))).toEqual([
      { name: 'rehearsal-others--5', value: -5 },
      { name: 'rehearsal-others-7', value: 7 },
    ]);
    const specs = loadObjects(shape).pods as readonly { readonly spec: { readonly priorityClassName?: string } }[];
    expect(specs.map(({ spec }) => spec.priorityClassName)).toEqual([
      ...['rehearsal-others--5', undefined, 'rehearsal-others-7', 'system-cluster-critical'],
    ]);
  });

  it('have foreign pods that move only to the nodes that they may run on', () => {
    const rule = { key: 'disk', operator: 'In', values: ['ssd'] };
    const gpu = { key: 'gpu', operator: 'Exists', values: [] };
    const name = { key: 'metadata.name', operator: 'In', values: ['sim-1'] };
    const pods = { cpu: 1, memory: 2 ** 20, count: 1 };
    const fixed = { cpu: 0, memory: 0, count: 0 };
    const movable = [pods, { ...pods, nodeRules: [[rule, gpu], [name]] }];
    const { sets } = loadObjects({ ...flags, loads: [{ node: 'sim-1', fixed, movable }] });
    const affinityOf = (set: object) => at(set, 'spec', 'template', 'spec', 'affinity');
    expect(sets.map(affinityOf)).toEqual([
      undefined,
      {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [rule, { key: 'gpu', operator: 'Exists' }], matchFields: [] },
              { matchExpressions: [], matchFields: [name] },
            ],
          },
        },
      },
    ]);
  });

  it('bind volumes of local classes to a node', () => {
    const local = { name: 'local', provisioner: 'rancher.io/local-path', isDefault: false };
    const { text } = claimStage({ ...flags, storageClasses: [local] });
    expect(text).toContain('$zones := dict "sim-1" "sim-1a" "sim-2" "sim-1b" "sim-3" "sim-1a"');
    expect(text).toContain('$local := list "local"');
  });
});

describe('a shape that is copied', () => {
  const facts: Readonly<Record<string, unknown>> = {
    'cluster.nodes': flags.nodes.map((node, index) => ({
      ...node,
      ...{ os: 'linux', ready: index > 0, schedulable: index !== 1 },
      taints: index === 1 ? [{ key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' }] : [],
    })),
    'cluster.storage-classes': [],
    'cluster.ingress-classes': [],
    'cluster.priority-classes': [],
    'cluster.limits': { quotas: [], ranges: [] },
  };
  const collection = (known: typeof facts) => ({
    get: async <T>({ name }: EvidenceKey<T>) => {
      const data = known[name];
      const outcome = data === undefined ? { outcome: 'denied', missing: 'list pods' } : { outcome: 'ok', data };
      return { evidence: outcome as unknown as Evidence<T> };
    },
  });

  it('has the Ready nodes, and names what could not be read', async () => {
    const { shape, notes } = await shapeFromCluster(collection(facts));
    expect(shape.nodes.map(({ name, schedulable, taints }) => [name, schedulable, taints])).toEqual([
      ['sim-2', false, []],
      ['sim-3', true, []],
    ]);
    expect(notes).toEqual(['cluster.pods is not in the shape: list pods']);
  });

  it('requires the right to list nodes', async () => {
    await expect(shapeFromCluster(collection({}))).rejects.toThrow(
      'the nodes of the cluster cannot be read: list pods',
    );
  });
});
