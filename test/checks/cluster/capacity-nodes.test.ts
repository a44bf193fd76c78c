import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_CHECKLIST } from '../../../src/checklist/nodes.ts';
import { capacityNodes } from '../../../src/checks/cluster/capacity/nodes.ts';
import { isOfClass } from '../../../src/checks/cluster/capacity/nodes-rule.ts';
import { type AutoscalerFact, CLUSTER_AUTOSCALER } from '../../../src/evidence/cluster/autoscaler.ts';
import { CLUSTER_NODES, type NodeFact } from '../../../src/evidence/cluster/nodes.ts';
import { RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { judged } from '../../support/check-runs.ts';
import { GIB, node, nodes, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const NO_AUTOSCALER: AutoscalerFact = { karpenter: false, clusterAutoscaler: false };

function statusOf(list: readonly NodeFact[], tier: 'test' | 'prod', autoscaler: AutoscalerFact = NO_AUTOSCALER) {
  const seen = [
    [CLUSTER_NODES, list],
    [CLUSTER_AUTOSCALER, autoscaler],
  ] as const;
  return judged(capacityNodes, { tier, seen }).status;
}

describe('the class of a node', () => {
  it.each([
    ['32 GiB as a large cloud reports it', 8, 30.9, true],
    ['6 % below', 8, 30.08, true],
    ['a little more than 6 % below', 8, 30.07, false],
    ['a CPU too few', 7, 32, false],
    ['larger', 16, 62, true],
  ])('%s', (_, cpu, memoryGiB, expected) => {
    expect(isOfClass({ cpu, memory: memoryGiB * GIB, pods: 110 }, NODE_CHECKLIST.prod)).toBe(expected);
  });
});

describe('prod', () => {
  it.each<[string, readonly NodeFact[], AutoscalerFact, string]>([
    ['six of the class', nodes(6), NO_AUTOSCALER, 'pass'],
    ['seven', nodes(7), NO_AUTOSCALER, 'pass'],
    ['five', nodes(5), NO_AUTOSCALER, 'fail'],
    ['three of twice the class', nodes(3, { cpu: 16, memoryGiB: 62 }), NO_AUTOSCALER, 'warn'],
    ['two of three times the class', nodes(2, { cpu: 32, memoryGiB: 128 }), NO_AUTOSCALER, 'fail'],
    [
      'three of the class and many small ones',
      [...nodes(3), ...nodes(20, { cpu: 4, memoryGiB: 16 })],
      NO_AUTOSCALER,
      'fail',
    ],
    ['twelve small ones', nodes(12, { cpu: 4, memoryGiB: 16 }), NO_AUTOSCALER, 'fail'],
    ['two and cluster-autoscaler', nodes(2), { karpenter: false, clusterAutoscaler: true }, 'warn'],
    ['two and Karpenter', nodes(2), { karpenter: true, clusterAutoscaler: false }, 'warn'],
    ['two and nobody may look', nodes(2), { karpenter: false, clusterAutoscaler: 'unseen' }, 'fail'],
    [
      'small ones that grow in number',
      nodes(3, { cpu: 4, memoryGiB: 16 }),
      { karpenter: false, clusterAutoscaler: true },
      'fail',
    ],
    [
      'small ones, where sizes are picked by the pods that wait',
      nodes(3, { cpu: 4, memoryGiB: 16 }),
      { karpenter: true, clusterAutoscaler: false },
      'warn',
    ],
    ['none yet, and Karpenter', [], { karpenter: true, clusterAutoscaler: false }, 'warn'],
    ['none', [], NO_AUTOSCALER, 'fail'],
  ])('%s', (_, list, autoscaler, status) => {
    expect(statusOf(list, 'prod', autoscaler)).toBe(status);
  });

  it.each([
    [6, 'warn'],
    [5, 'fail'],
  ])('uses the declared limit of an autoscaler: %i', (maxNodes, status) => {
    const sample = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
    const deployment = parsedDeployment({ ...sample, target: { ...sample.target, autoscaling: { maxNodes } } });
    const seen = [
      [CLUSTER_NODES, nodes(3)],
      [CLUSTER_AUTOSCALER, NO_AUTOSCALER],
    ] as const;
    expect(judged(capacityNodes, { deployment, seen }).status).toBe(status);
  });
});

describe('test', () => {
  it.each<[string, readonly NodeFact[], string]>([
    ['one of the class', nodes(1, { cpu: 4, memoryGiB: 15.4 }), 'pass'],
    ['two that reach it together', nodes(2, { cpu: 2, memoryGiB: 7.7 }), 'warn'],
    ['one that does not', nodes(1, { cpu: 2, memoryGiB: 23 }), 'fail'],
  ])('%s', (_, list, status) => {
    expect(statusOf(list, 'test')).toBe(status);
  });
});

describe('a node does not count when it', () => {
  const bad: readonly (readonly [string, Partial<NodeFact>])[] = [
    ['is not ready', { ready: false }],
    ['is cordoned', { schedulable: false }],
    ['runs windows', { os: 'windows' }],
    ['is s390x', { architecture: 's390x' }],
    ['has the taint gpu=yes:NoSchedule', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] }],
    ['has the taint old:NoExecute', { taints: [{ key: 'old', value: '', effect: 'NoExecute' }] }],
  ];

  it.each(bad)('%s', (why, over) => {
    const list = [...nodes(5), node('odd', over)];
    const seen = [[CLUSTER_NODES, list]] as const;
    const result = judged(capacityNodes, { seen });
    expect(result.status).toBe('fail');
    expect(result.message).toContain(`odd ${why}`);
  });

  it('a taint of effect PreferNoSchedule does not exclude a node', () => {
    const list = [...nodes(5), node('odd', { taints: [{ key: 'x', value: '', effect: 'PreferNoSchedule' }] })];
    expect(statusOf(list, 'prod')).toBe('pass');
  });

  it('a taint that every planned pod tolerates does not exclude a node', () => {
    const toleration = { key: 'dify', operator: 'Exists', value: '', effect: '' };
    const tainted = nodes(6, { taints: [{ key: 'dify', value: 'only', effect: 'NoSchedule' }] });
    const tolerant = shape(1, 1, { tolerations: [toleration] });
    const planned = (pods: readonly (typeof tolerant)[]) =>
      judged(capacityNodes, {
        seen: [
          [CLUSTER_NODES, tainted],
          [RENDERED_OBJECTS, rendered({ workloads: pods.map((pod, index) => workload(`w${index}`, 1, pod)) })],
        ],
      }).status;
    expect(planned([tolerant, tolerant])).toBe('pass');
    expect(planned([tolerant, shape(1, 1)])).toBe('fail');
  });
});

it('names the missing nodes, and the one next step', () => {
  const list = [...nodes(4), node('gke-a3f1', { schedulable: false }), node('gke-9c02', { memoryGiB: 29 })];
  const result = judged(capacityNodes, { seen: [[CLUSTER_NODES, list]] });
  expect(result).toMatchObject({ status: 'fail', remedy: 'kubectl uncordon gke-a3f1' });
  expect(result.message).toBe(
    '4 nodes of 8C/32G; prod needs 6 of 8C/32G\ngke-a3f1 is cordoned and gke-9c02 has 8 CPU and 29 GiB',
  );
});

it('another node of the class never makes the result worse', () => {
  const order = ['fail', 'warn', 'pass'];
  const sizes = fc.array(
    fc.record({ cpu: fc.integer({ min: 1, max: 64 }), memoryGiB: fc.integer({ min: 2, max: 256 }) }),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(sizes, fc.constantFrom('test' as const, 'prod' as const), (list, tier) => {
      const before = list.map((size, index) => node(`m${index}`, size));
      const after = [...before, node('further')];
      expect(order.indexOf(statusOf(after, tier))).toBeGreaterThanOrEqual(order.indexOf(statusOf(before, tier)));
    }),
  );
});
