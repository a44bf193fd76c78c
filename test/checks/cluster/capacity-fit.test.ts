import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinPacking, emptiest, fullest } from '../../../src/checks/cluster/capacity/bin-packing.ts';
import { findFitFailure, freeNodes, plannedPods } from '../../../src/checks/cluster/capacity/fit.ts';
import { capacityFit } from '../../../src/checks/cluster/capacity/fit-check.ts';
import { CLUSTER_NODES, type NodeFact } from '../../../src/evidence/cluster/nodes.ts';
import { CLUSTER_PODS, type PodSums } from '../../../src/evidence/cluster/pods.ts';
import { type PlannedWorkload, RENDERED_OBJECTS } from '../../../src/evidence/rendered/set.ts';
import { judged } from '../../support/check-runs.ts';
import { GIB, NO_PODS, node, nodes, rendered, shape, workload } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const APART = {
  labels: { app: 'api' },
  apart: [{ topologyKey: 'kubernetes.io/hostname', rules: [{ key: 'app', operator: 'In', values: ['api'] }] }],
};

function question(
  list: readonly NodeFact[],
  workloads: readonly PlannedWorkload[],
  over: Partial<Parameters<typeof findFitFailure>[0]> = {},
) {
  return {
    nodes: list,
    pods: NO_PODS,
    planned: rendered({ workloads }),
    loseAnyNode: false,
    loseAnyZone: false,
    ...over,
  };
}

function load(nodeName: string, cpu: number, count: number, fixedCpu = 0): PodSums['nodes'][number] {
  return {
    node: nodeName,
    fixed: { cpu: fixedCpu, memory: 0, count: fixedCpu > 0 ? 1 : 0 },
    movable: count === 0 ? [] : [{ cpu, memory: GIB, count }],
  };
}

describe('the present nodes', () => {
  it.each<[string, readonly NodeFact[], readonly PlannedWorkload[], boolean]>([
    ['exactly full', nodes(1, { cpu: 4.1 }), [workload('a', 4, shape(1, 1))], true],
    ['one too many', nodes(1, { cpu: 4.1 }), [workload('a', 5, shape(1, 1))], false],
    ['enough in sum, but on no one node', nodes(4, { cpu: 2.1 }), [workload('big', 1, shape(3, 1))], false],
    ['memory runs out first', nodes(1), [workload('a', 2, shape(0.1, 20))], false],
    ['kept apart on enough nodes', nodes(4), [workload('api', 3, shape(1, 1, APART))], true],
    ['kept apart, without a node for a rolling update', nodes(3), [workload('api', 3, shape(1, 1, APART))], false],
    ['kept apart on too few', nodes(2), [workload('api', 3, shape(1, 1, APART))], false],
    [
      'a node selector that nobody has',
      nodes(3),
      [workload('a', 1, shape(1, 1, { nodeSelector: { disk: 'ssd' } }))],
      false,
    ],
    [
      'a required node affinity',
      [...nodes(2), node('fast', { labels: { disk: 'ssd' } })],
      [workload('a', 1, shape(1, 1, { nodeTerms: [[{ key: 'disk', operator: 'In', values: ['ssd'] }]] }))],
      true,
    ],
    [
      'together, on a node with room for two',
      nodes(2, { cpu: 2.1 }),
      [
        workload('a', 2, {
          ...shape(1, 1),
          labels: { app: 'a' },
          together: [
            { topologyKey: 'kubernetes.io/hostname', rules: [{ key: 'app', operator: 'Exists', values: [] }] },
          ],
        }),
      ],
      true,
    ],
    ['nothing to place', [], [], true],
    ['no nodes', [], [workload('a', 1, shape(1, 1))], false],
  ])('%s', (_, list, workloads, fits) => {
    expect(findFitFailure(question(list, workloads)) === undefined).toBe(fits);
  });

  it('subtracts the requests of other pods', () => {
    const pods = { ...NO_PODS, nodes: [load('n1', 1, 4, 2)] };
    const workloads = [workload('a', 1, shape(2, 1))];
    expect(findFitFailure(question(nodes(1), workloads, { pods }))?.unplaced).toHaveLength(1);
    expect(findFitFailure(question(nodes(2), workloads, { pods }))).toBeUndefined();
  });

  it('counts pod slots', () => {
    const [only = node('x')] = nodes(1);
    const few = { ...only, allocatable: { ...only.allocatable, pods: 2 } };
    expect(findFitFailure(question([few], [workload('a', 3, shape(0.1, 0.1))]))?.unplaced).toHaveLength(1);
  });

  it('a planned pod whose anti-affinity excludes others does not fit beside them', () => {
    const loner = shape(1, 1, { ...APART, labels: { app: 'loner' } });
    const workloads = [workload('loner', 1, loner), workload('api', 1, shape(1, 1, { labels: { app: 'api' } }))];
    expect(findFitFailure(question(nodes(1), workloads))).toBeDefined();
    expect(findFitFailure(question(nodes(2), workloads))).toBeUndefined();
  });
});

describe('after a loss', () => {
  it('of any one node', () => {
    const workloads = [workload('a', 14, shape(1, 1))];
    expect(findFitFailure(question(nodes(2), workloads))).toBeUndefined();
    const misfit = findFitFailure(question(nodes(2), workloads, { loseAnyNode: true }));
    expect(misfit?.lost?.kind).toBe('node');
    expect(findFitFailure(question(nodes(3), workloads, { loseAnyNode: true }))).toBeUndefined();
  });

  it('the other pods of the lost node must fit elsewhere, except pods bound to a node', () => {
    const workloads = [workload('a', 3, shape(1, 1))];
    const busy = { ...NO_PODS, nodes: [load('n1', 1, 4), load('n2', 1, 0, 4)] };
    const fixed = { ...NO_PODS, nodes: [load('n1', 1, 0, 4), load('n2', 1, 0, 4)] };
    expect(findFitFailure(question(nodes(2), workloads, { pods: busy, loseAnyNode: true }))).toBeDefined();
    expect(findFitFailure(question(nodes(2), workloads, { pods: fixed, loseAnyNode: true }))).toBeUndefined();
  });

  it('of any one zone', () => {
    const list = nodes(6, { zones: 3 });
    const workloads = [workload('a', 33, shape(1, 0.5))];
    expect(findFitFailure(question(list, workloads, { loseAnyNode: true }))).toBeUndefined();
    const misfit = findFitFailure(question(list, workloads, { loseAnyNode: true, loseAnyZone: true }));
    expect(misfit?.lost).toEqual({ kind: 'zone', name: 'z1' });
    expect(misfit?.unplaced).toHaveLength(5);
  });

  it('replicas with hard anti-affinity on three nodes, one of them lost', () => {
    const workloads = [workload('api', 3, shape(1, 1, APART))];
    expect(findFitFailure(question(nodes(3), workloads, { loseAnyNode: true }))?.unplaced).toHaveLength(1);
    expect(findFitFailure(question(nodes(4), workloads, { loseAnyNode: true }))).toBeUndefined();
  });
});

describe('the check', () => {
  const sample = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
  const seen = (list: readonly NodeFact[], workloads: readonly PlannedWorkload[]) =>
    [
      [CLUSTER_NODES, list],
      [CLUSTER_PODS, NO_PODS],
      [RENDERED_OBJECTS, rendered({ workloads })],
    ] as const;

  it('names the pods that do not fit after which loss, and the missing capacity', () => {
    const deployment = parsedDeployment({ ...sample, recovery: { ...sample.recovery, topology: { zones: 3 } } });
    const workloads = [workload('dify-api', 30, shape(1, 0.5)), workload('dify-worker', 3, shape(1, 0.5))];
    const result = judged(capacityFit, { deployment, seen: seen(nodes(6, { zones: 3 }), workloads) });
    expect(result.status).toBe('fail');
    expect(result.message).toMatch(/^if zone z1 is lost, .*× dify-.* do not fit \(5 CPU, 2\.5 GiB\)$/);
    expect(result.remedy).toContain('in another zone');
  });

  it('a rolling update of replicas with hard anti-affinity needs another node', () => {
    const deployment = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
    const workloads = [workload('dify-api', 3, shape(1, 1, APART))];
    expect(judged(capacityFit, { deployment, seen: seen(nodes(3), workloads) })).toMatchObject({
      status: 'fail',
      message: 'a rolling update of dify-api has no node for 1 additional pod: no two of its pods may share a node',
      remedy: 'add a node, or set spread of the component to soft',
    });
    expect(judged(capacityFit, { deployment, seen: seen(nodes(4), workloads) }).status).not.toBe('fail');
  });

  const scaler = (most: number) => ({ name: 'a', apis: [], scales: { workload: 'a', least: 2, most } });
  const scaled = (list: readonly NodeFact[], most: number) => {
    const deployment = parsedDeployment(SAMPLE_FILES['prod-kubernetes-s3-qdrant']);
    const workloads = [
      workload('a', 2, shape(1, 1), { component: 'api' }),
      workload('b', 7, shape(1, 1), { component: 'web' }),
    ];
    const planned = rendered({ workloads, autoscalers: [scaler(most)] });
    return judged(capacityFit, {
      deployment,
      seen: [...seen(list, []).filter(([key]) => key !== RENDERED_OBJECTS), [RENDERED_OBJECTS, planned]],
    });
  };

  it('the maxima of autoscalers must fit too, also with a node lost', () => {
    expect(scaled(nodes(4), 14).status).toBe('pass');
    expect(scaled(nodes(4), 20)).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/^at the maxima of the autoscalers, if node n\d is lost, 6 × b do not fit/),
      remedy: 'set components.api.autoscaling.maxReplicas to 14, or add nodes',
    });
  });

  it('maxima are not reported if the minima do not fit', () => {
    expect(scaled(nodes(1), 20)).toMatchObject({ status: 'fail', message: expect.not.stringContaining('maxima') });
  });

  it('requires no spare node in test', () => {
    const deployment = parsedDeployment(SAMPLE_FILES['test-kubernetes-bundled']);
    const result = judged(capacityFit, { deployment, seen: seen(nodes(1), [workload('a', 7, shape(1, 1))]) });
    expect(result).toMatchObject({ status: 'pass', message: 'fits: requests 7 CPU, 7 GiB of 7.9 CPU, 28.9 GiB free' });
  });

  it('places no pod on nodes that do not count', () => {
    const deployment = parsedDeployment(SAMPLE_FILES['test-kubernetes-bundled']);
    const list = nodes(2, { schedulable: false });
    expect(judged(capacityFit, { deployment, seen: seen(list, [workload('a', 1, shape(1, 1))]) }).status).toBe('fail');
  });
});

const anyNodes = fc
  .array(fc.record({ cpu: fc.integer({ min: 1, max: 16 }), memoryGiB: fc.integer({ min: 3, max: 32 }) }), {
    maxLength: 6,
  })
  .map((list) => list.map((size, index) => node(`p${index}`, size)));
const anyWorkloads = fc
  .array(
    fc.record({
      cpu: fc.integer({ min: 0, max: 40 }),
      memory: fc.integer({ min: 0, max: 40 }),
      replicas: fc.integer({ min: 0, max: 4 }),
    }),
    { maxLength: 6 },
  )
  .map((list) =>
    list.map(({ cpu, memory, replicas }, index) => workload(`w${index}`, replicas, shape(cpu / 10, memory / 4))),
  );

describe('placing', () => {
  it('never exceeds the capacity of a node, and loses no pod', () => {
    fc.assert(
      fc.property(anyNodes, anyWorkloads, fc.constantFrom(emptiest, fullest, undefined), (list, workloads, prefer) => {
        const free = freeNodes(list, NO_PODS);
        const pods = plannedPods(rendered({ workloads }));
        const { placed, unplaced } = new BinPacking(free).place(pods, prefer);
        expect(placed.length + unplaced.length).toBe(pods.length);
        for (const { node: at, free: room } of free) {
          const there = placed.filter((one) => one.node === at.name).map((one) => one.pod);
          expect(there.reduce((sum, pod) => sum + pod.cpu, 0)).toBeLessThanOrEqual(room.cpu + 1e-5);
          expect(there.reduce((sum, pod) => sum + pod.memory, 0)).toBeLessThanOrEqual(room.memory + 1e-5);
        }
      }),
    );
  });

  it('does not change the placement when it simulates a loss', () => {
    fc.assert(
      fc.property(anyNodes, anyWorkloads, (list, workloads) => {
        const pods = plannedPods(rendered({ workloads }));
        const board = new BinPacking(freeNodes(list, NO_PODS));
        board.place(pods, emptiest);
        const once = board.without(['p0'], []);
        expect(board.without(['p0'], [])).toEqual(once);
      }),
    );
  });

  it('pods fit only if their sum fits', () => {
    fc.assert(
      fc.property(anyNodes, anyWorkloads, (list, workloads) => {
        if (findFitFailure(question(list, workloads)) !== undefined) return;
        expect(asked(workloads)).toBeLessThanOrEqual(room(list) + 1e-5);
      }),
    );
  });

  it('finds the loss of a node that only tightly packed pods survive', () => {
    const list = [9, 9, 1, 9, 1].map((cpu, index) => node(`p${index}`, { cpu, memoryGiB: cpu === 9 ? 17 : 12 }));
    const sizes = [
      workload('one', 1, shape(1, 2.75)),
      workload('four', 4, shape(4, 2.5)),
      workload('wide', 4, shape(0.7, 10)),
    ];
    expect(findFitFailure(question(list, sizes))).toBeUndefined();
    expect(findFitFailure(question(list, sizes, { loseAnyNode: true }))).toMatchObject({ lost: { kind: 'node' } });
  });

  // Only up to the sum: pods that stay in place can fit although placing all pods again, one by one, would not.
  it('survives the loss of a node only if the sum fits without it', () => {
    fc.assert(
      fc.property(anyNodes, anyWorkloads, (list, workloads) => {
        if (findFitFailure(question(list, workloads, { loseAnyNode: true })) !== undefined) return;
        for (const lost of list) {
          const rest = list.filter((one) => one !== lost);
          expect(asked(workloads)).toBeLessThanOrEqual(room(rest) + 1e-5);
        }
      }),
    );
  });
});

function asked(workloads: readonly PlannedWorkload[]): number {
  return plannedPods(rendered({ workloads })).reduce((sum, pod) => sum + pod.cpu, 0);
}

function room(list: readonly NodeFact[]): number {
  return freeNodes(list, NO_PODS).reduce((sum, one) => sum + one.free.cpu, 0);
}
