import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeFact } from '../../src/evidence/cluster/nodes.ts';
import { PodTally, podFact } from '../../src/evidence/cluster/pods.ts';
import { effectiveRequests } from '../../src/evidence/pod-requests.ts';

const MIB = 2 ** 20;

function container(cpu: string, memory: string, more: object = {}) {
  return { resources: { requests: { cpu, memory } }, ...more };
}

describe('effective requests', () => {
  it.each<[string, object, number, number]>([
    ['the sum of the containers', { containers: [container('500m', '1Gi'), container('250m', '512Mi')] }, 0.75, 1536],
    [
      'a larger init container',
      { containers: [container('1', '1Gi')], initContainers: [container('2', '256Mi')] },
      2,
      1024,
    ],
    [
      'sidecars run beside all',
      {
        containers: [container('1', '1Gi')],
        initContainers: [container('500m', '512Mi', { restartPolicy: 'Always' })],
      },
      1.5,
      1536,
    ],
    [
      'sidecars that were started before an init container',
      {
        containers: [container('1', '1Gi')],
        initContainers: [
          container('1', '1Gi', { restartPolicy: 'Always' }),
          container('2', '1Gi'),
          container('1', '1Gi', { restartPolicy: 'Always' }),
        ],
      },
      3,
      3072,
    ],
    [
      'the overhead of a runtime class',
      { containers: [container('1', '1Gi')], overhead: { cpu: '250m', memory: '120Mi' } },
      1.25,
      1144,
    ],
    [
      'limits where requests are left out',
      { containers: [{ resources: { limits: { cpu: '2', memory: '1Gi' } } }] },
      2,
      1024,
    ],
    ['the whole pod’s own', { containers: [container('1', '1Gi')], resources: { requests: { cpu: '4' } } }, 4, 1024],
    ['nothing asked for', { containers: [{}] }, 0, 0],
    ['no spec', {}, 0, 0],
  ])('%s', (_, spec, cpu, mebibytes) => {
    expect(effectiveRequests(spec)).toEqual({ cpu, memory: mebibytes * MIB });
  });
});

describe('a node', () => {
  it('is reduced to the facts that checks need', () => {
    const fact = nodeFact({
      metadata: { name: 'n1', labels: { a: 'b' }, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
      spec: { unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] },
      status: {
        capacity: { cpu: '8', memory: '32408784Ki', pods: '110' },
        allocatable: { cpu: '7910m', memory: '29Gi', pods: '110', 'ephemeral-storage': '93478772582' },
        conditions: [
          { type: 'DiskPressure', status: 'True' },
          { type: 'FrequentKubeletRestart', status: 'True' },
          { type: 'MemoryPressure', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
        nodeInfo: { operatingSystem: 'linux', architecture: 'arm64', kubeletVersion: 'v1.34.2' },
        images: [{ names: ['x'] }],
      },
    });
    expect(fact).toEqual({
      name: 'n1',
      ready: true,
      schedulable: false,
      os: 'linux',
      architecture: 'arm64',
      kubeletVersion: 'v1.34.2',
      labels: { a: 'b' },
      taints: [{ key: 'k', value: '', effect: 'NoSchedule' }],
      capacity: { cpu: 8, memory: 32408784 * 1024, pods: 110 },
      allocatable: { cpu: 7.91, memory: 29 * 2 ** 30, pods: 110 },
      ephemeralStorage: 93478772582,
      troubles: ['DiskPressure'],
      simulated: true,
    });
  });

  it('with a malformed answer has no facts, and does not crash', () => {
    fc.assert(
      fc.property(fc.anything(), (junk) => {
        expect(nodeFact(junk).ready).toBe(false);
      }),
    );
  });
});

describe('pods', () => {
  const pod = (node: string, cpu: string, more: object = {}, phase = 'Running') => ({
    metadata: { namespace: 'x', labels: {}, ...more },
    spec: { nodeName: node, containers: [container(cpu, '1Gi')] },
    status: { phase },
  });
  const facts = (pods: readonly object[], isOwn = (_: unknown) => false) => {
    const tally = new PodTally();
    for (const one of pods) tally.add(podFact(one, isOwn));
    return tally.sums();
  };

  it('are summed per node, pods bound to the node separately', () => {
    const sums = facts([
      pod('n1', '1'),
      pod('n1', '1'),
      pod('n1', '2'),
      pod('n1', '100m', { ownerReferences: [{ kind: 'DaemonSet' }] }),
      pod('n1', '200m', { annotations: { 'kubernetes.io/config.mirror': 'abc' } }),
      pod('', '4', {}, 'Pending'),
      pod('n1', '8', {}, 'Succeeded'),
      pod('n1', '8', {}, 'Failed'),
    ]);
    expect(sums.nodes).toHaveLength(1);
    expect(sums.nodes[0]?.fixed.count).toBe(2);
    expect(sums.nodes[0]?.fixed.cpu).toBeCloseTo(0.3);
    expect(sums.nodes[0]?.movable).toEqual([
      { cpu: 1, memory: 2 ** 30, count: 2 },
      { cpu: 2, memory: 2 ** 30, count: 1 },
    ]);
    expect(sums.waiting).toMatchObject({ cpu: 4, count: 1 });
  });

  it('of this release are excluded, so that a re-run does not count them twice', () => {
    const own = pod('n1', '1', { labels: { 'app.kubernetes.io/instance': 'dify' } });
    const isOwn = (one: unknown) => one === own;
    expect(facts([own, pod('n1', '2')], isOwn)).toMatchObject({ own: 1, nodes: [{ movable: [{ cpu: 2, count: 1 }] }] });
  });

  it('keep on which nodes they may run, from the node selector and the required node affinity', () => {
    const terms = [
      {
        matchExpressions: [
          { key: 'zone', operator: 'NotIn', values: ['c'] },
          { key: 'gpu', operator: 'Exists' },
        ],
      },
    ];
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: terms[0] }],
      },
    };
    const restricted = (more: object) => ({ ...pod('n1', '1'), spec: { ...pod('n1', '1').spec, ...more } });
    const one = { cpu: 1, memory: 2 ** 30, count: 1 };
    const selected = { key: 'disk', operator: 'In', values: ['ssd'] };
    const required = [
      { key: 'zone', operator: 'NotIn', values: ['c'] },
      { key: 'gpu', operator: 'Exists', values: [] },
    ];
    const nodeSelector = { disk: 'ssd' };
    const all = [
      pod('n1', '1'),
      restricted({ nodeSelector }),
      restricted({ affinity }),
      restricted({ nodeSelector, affinity }),
    ];
    expect(facts(all).nodes[0]?.movable).toEqual([
      one,
      { ...one, nodeRules: [[selected]] },
      { ...one, nodeRules: [required] },
      { ...one, nodeRules: [[selected, ...required]] },
    ]);
  });

  it('have the same sums in any order', () => {
    const list = fc.array(fc.tuple(fc.constantFrom('n1', 'n2'), fc.constantFrom('1', '2')), { maxLength: 30 });
    fc.assert(
      fc.property(list, (pods) => {
        const total = (sums: ReturnType<typeof facts>) =>
          sums.nodes.flatMap(({ movable }) => movable).reduce((sum, { cpu, count }) => sum + cpu * count, 0);
        const made = pods.map(([node, cpu]) => pod(node, cpu));
        expect(total(facts(made))).toBe(pods.reduce((sum, [, cpu]) => sum + Number(cpu), 0));
        expect(total(facts(made.toReversed()))).toBe(total(facts(made)));
      }),
    );
  });
});
