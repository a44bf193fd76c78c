import { describe, expect, it } from 'vitest';
import { nextPair, pairsToLose } from '../../src/rehearsal/drills/pairs.ts';
import type { PodState } from '../../src/rehearsal/observation/pod.ts';
import { podState } from '../../src/rehearsal/observation/pod.ts';
import { isSettled, isStuck } from '../../src/rehearsal/observation/settled.ts';
import { Timeline } from '../../src/rehearsal/observation/timeline.ts';
import { autoscalerOf, type Workload, workloadOf } from '../../src/rehearsal/observation/workload.ts';
import { DRILL_KINDS, defaultDrills, summarizeDrills, worstOf } from '../../src/rehearsal/report.ts';
import { shapeFromFlags } from '../../src/rehearsal/shape/from-flags.ts';
import { publishedTimes } from '../../src/rehearsal/times.ts';
import { componentOutcomes, verdictOf, withPreempted } from '../../src/rehearsal/verdicts/disruption.ts';
import { promisedReady } from '../../src/rehearsal/verdicts/expectation.ts';
import { remedyFor } from '../../src/rehearsal/verdicts/remedy.ts';
import { spreadOutcomes } from '../../src/rehearsal/verdicts/spread.ts';

const workload = (component: string, replicas: number, extra: Partial<Workload> = {}): Workload => ({
  ...{ kind: 'Deployment', name: `dify-${component}`, component, replicas, selector: { component } },
  ...{ rolloutLeast: replicas, budgetLeast: replicas - 1, evictedAfter: 300, readinessSeconds: 10 },
  ...{ mountsVolume: false, cannotCreate: undefined },
  ...extra,
});

let made = 0;
const pod = (component: string, node: string, extra: Partial<PodState> = {}): PodState => {
  made += 1;
  return {
    ...{ uid: `u${made}`, name: `dify-${component}-${made}`, namespace: 'dify', labels: { component } },
    ...{ annotations: {}, node, ready: node !== '', ending: false, ended: false, claims: [], priority: 0 },
    preempted: false,
    unschedulable: node === '' ? NO_ROOM : undefined,
    ...extra,
  };
};
const NO_ROOM = '0/5 nodes are available: 5 Insufficient memory';

describe('a pod', () => {
  it('has the message of the scheduler, without preemption', () => {
    const message = '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No victims.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const volumes = [{ persistentVolumeClaim: { claimName: 'data' } }, { emptyDir: {} }];
    expect(
      podState({
        metadata: { uid: '1', name: 'api-1', namespace: 'dify', labels: { component: 'api' } },
        spec: { volumes },
        status: { phase: 'Pending', conditions },
      }),
    ).toEqual({
      ...{ uid: '1', name: 'api-1', namespace: 'dify', labels: { component: 'api' }, annotations: {}, node: '' },
      ...{ ready: false, ending: false, ended: false, claims: ['data'] },
      unschedulable: '0/2 nodes are available: 2 Insufficient cpu',
      ...{ priority: 0, preempted: false },
    });
  });
});

describe('a workload', () => {
  const object = (spec: object) => ({
    kind: 'Deployment',
    metadata: { name: 'dify-api' },
    spec: {
      replicas: 4,
      selector: { matchLabels: { component: 'api' } },
      template: { metadata: { labels: { component: 'api' } }, spec: { containers: [] } },
      ...spec,
    },
  });
  const budget = (spec: object) => ({ spec: { selector: { matchLabels: { component: 'api' } }, ...spec } });

  it.each([
    ['25 % of it, rounded down, without a strategy', {}, 3],
    ['its maxUnavailable', { strategy: { rollingUpdate: { maxUnavailable: 0 } } }, 4],
    ['all of it with Recreate', { strategy: { type: 'Recreate' } }, 0],
  ])('may miss %s in a roll-out', (_, spec, least) => expect(workloadOf(object(spec), []).rolloutLeast).toBe(least));

  it.each([
    ['maxUnavailable 1', { maxUnavailable: 1 }, 3],
    ['maxUnavailable 0', { maxUnavailable: 0 }, 4],
    ['minAvailable 30%', { minAvailable: '30%' }, 2],
    ['a budget of others', { maxUnavailable: 1, selector: { matchLabels: { component: 'web' } } }, undefined],
  ])('keeps the replicas of a budget: %s', (_, spec, least) =>
    expect(workloadOf(object({}), [budget(spec)]).budgetLeast).toBe(least),
  );

  it('has the maximum of its autoscaler', () => {
    const scaler = { spec: { scaleTargetRef: { name: 'dify-api' }, minReplicas: 3, maxReplicas: 9 } };
    expect(autoscalerOf(scaler)).toEqual({ workload: 'dify-api', least: 3, most: 9 });
    expect(autoscalerOf({ spec: {} })).toBeUndefined();
  });
});

describe('pods at rest', () => {
  const api = workload('api', 2);
  it.each([
    ['all ready', [pod('api', 'a'), pod('api', 'b')], true, false],
    ['one pending with a reason', [pod('api', 'a'), pod('api', '')], false, true],
    ['one pending without a reason', [pod('api', 'a'), pod('api', '', { unschedulable: undefined })], false, false],
    ['one ends', [pod('api', 'a'), pod('api', 'b'), pod('api', 'c', { ending: true })], false, false],
    ['one is missing', [pod('api', 'a')], false, false],
  ])('%s', (_, pods, settled, stuck) => {
    expect(isSettled([api], pods)).toBe(settled);
    expect(isStuck([api], pods)).toBe(stuck);
  });

  it('that a quota refuses are stuck', () => {
    const refused = workload('api', 2, { cannotCreate: 'pods "dify-api-x" is forbidden: exceeded quota: small' });
    expect(isStuck([refused], [pod('api', 'a')])).toBe(true);
  });
});

describe('a timeline', () => {
  it('has the fewest ready replicas, and the time until all are ready for good', () => {
    const api = workload('api', 2);
    const timeline = new Timeline([api], 1_000, new Set(['lost']));
    timeline.add([pod('api', 'lost'), pod('api', 'a')], 1_000);
    timeline.add([pod('api', 'b'), pod('api', 'a')], 2_000);
    timeline.add([pod('api', 'a')], 2_500);
    timeline.add([pod('api', 'a'), pod('api', 'c')], 4_240);
    expect(timeline.history(api)).toEqual({ minimumReady: 1, readyAfter: 3.2 });
    timeline.add([pod('api', 'a')], 5_000);
    expect(timeline.history(api)).toEqual({ minimumReady: 1, readyAfter: undefined });
  });
});

describe('the verdict of a lost node', () => {
  const judge = (workloads: readonly Workload[], before: readonly PodState[], after: readonly PodState[]) => {
    const timeline = new Timeline(workloads, 0, new Set(['lost']));
    timeline.add(before, 0);
    timeline.add(after, 500);
    const components = componentOutcomes({ kind: 'node-loss', tier: 'prod', workloads, timeline, pods: after });
    const { status, message, remedy } = verdictOf(components, 'moved');
    return { status, message, remedy };
  };

  it('is pass if replicas stay ready and the others move', () => {
    const after = [pod('api', 'a'), pod('api', 'b'), pod('beat', 'a')];
    const before = [pod('api', 'a'), pod('api', 'lost'), pod('beat', 'lost')];
    expect(judge([workload('api', 2), workload('beat', 1)], before, after)).toEqual({
      ...{ status: 'pass', message: 'moved', remedy: '' },
    });
  });

  it('is fail if no replica of a redundant component is ready', () => {
    expect(judge([workload('api', 1)], [pod('api', 'lost')], [pod('api', 'a')])).toEqual({
      status: 'fail',
      message: 'api: 0 of 1 replica ready, 1 promised',
      remedy: 'set components.api.replicas to 2 or more, on different nodes and zones',
    });
  });

  it('is fail with the message of the scheduler if a pod finds no node', () => {
    const before = [pod('api', 'a'), pod('api', 'lost')];
    expect(judge([workload('api', 2)], before, [pod('api', 'a'), pod('api', '')])).toEqual({
      status: 'fail',
      message: `api: 1 of 2 replicas pending: ${NO_ROOM}`,
      remedy: 'add nodes, or lower components.api.resources.requests or replicas',
    });
  });
});

describe('pods of others that the scheduler evicts', () => {
  const passed = { status: 'pass', message: '2 pods moved and became ready', remedy: '' } as const;

  it('make a pass a warning', () => {
    expect(withPreempted(passed, 2)).toEqual({
      status: 'warn',
      message: '2 pods moved and became ready; the scheduler evicted 2 pods of others, whose priority is lower',
      remedy: 'add nodes, lower the priority class of the components, or agree with the owners of those pods',
    });
    expect(withPreempted(passed, 0)).toBe(passed);
  });

  it('do not change the status of a failure', () => {
    expect(withPreempted({ ...passed, status: 'fail', remedy: 'add nodes' }, 1)).toEqual({
      status: 'fail',
      message: '2 pods moved and became ready; the scheduler evicted 1 pod of others, whose priority is lower',
      remedy: 'add nodes',
    });
  });
});

describe('the pairs of nodes that are lost at once', () => {
  const nodes = (count: number) => shapeFromFlags(`${count}x8C32G`, 1).nodes;
  const names = (chosen: ReturnType<typeof pairsToLose>) => chosen.pairs.map((pair) => pair.map(({ name }) => name));

  it('are all pairs of six nodes', () => {
    const { pairs, all } = pairsToLose(nodes(6), [], []);
    expect([pairs.length, all]).toEqual([15, 15]);
  });

  it('are the worst of many: those that leave the fewest replicas, then those with the most pods', () => {
    const pods = [
      ...[pod('api', 'sim-3'), pod('api', 'sim-9')],
      ...[pod('web', 'sim-1'), pod('web', 'sim-2'), pod('web', 'sim-3')],
      ...[pod('beat', 'sim-2'), pod('beat', 'sim-1')],
    ];
    const chosen = pairsToLose(nodes(10), [workload('api', 2), workload('web', 3), workload('beat', 1)], pods);
    expect(names(chosen).slice(0, 2)).toEqual([
      ['sim-3', 'sim-9'],
      ['sim-1', 'sim-2'],
    ]);
    expect([chosen.pairs.length, chosen.all]).toEqual([15, 45]);
  });
});

describe('the pair that runs all replicas of a component', () => {
  const { nodes } = shapeFromFlags('4x8C32G', 1);
  const api = workload('api', 2);
  const pairOf = (...pods: readonly PodState[]) =>
    nextPair(nodes, [{ workload: api, pods }])?.pair.map(({ name }) => name);

  it.each([
    ['two nodes', [pod('api', 'sim-2'), pod('api', 'sim-4')], ['sim-2', 'sim-4']],
    ['one node, with any other', [pod('api', 'sim-2'), pod('api', 'sim-2')], ['sim-2', 'sim-1']],
    ['three nodes', [pod('api', 'sim-1'), pod('api', 'sim-2'), pod('api', 'sim-3')], undefined],
    ['a node that is cordoned', [pod('api', 'sim-1'), pod('api', 'cordoned')], undefined],
    ['no node', [], undefined],
  ])('on %s', (_, pods, expected) => expect(pairOf(...pods)).toEqual(expected));
});

describe('the drills that run if none are named', () => {
  it.each([
    [1, DRILL_KINDS.filter((kind) => kind !== 'two-node-loss')],
    [2, DRILL_KINDS],
  ])('for %i lost nodes', (lostNodes, kinds) => expect(defaultDrills(lostNodes)).toEqual(kinds));
});

describe('the promise of a drill', () => {
  it.each([
    ['node-loss', 'prod', workload('api', 3), 1],
    ['node-loss', 'prod', workload('beat', 1), 0],
    ['node-loss', 'test', workload('api', 1), 0],
    ['drain', 'prod', workload('api', 3), 2],
    ['drain', 'prod', workload('api', 3, { budgetLeast: undefined }), 1],
    ['rollout', 'prod', workload('api', 3, { rolloutLeast: 3 }), 3],
    ['rollout', 'prod', workload('beat', 1, { rolloutLeast: 0 }), 0],
    ['schedule', 'prod', workload('api', 3), 0],
  ] as const)('%s in %s', (kind, tier, of, expected) => expect(promisedReady(kind, of, tier)).toBe(expected));
});

describe('the spread', () => {
  const judge = (pods: readonly PodState[], changes: object = {}, replicas = pods.length) =>
    spreadOutcomes({
      ...{ tier: 'prod', workloads: [workload('api', replicas)], pods, zones: 2, promisedZones: 3 },
      zoneByNode: new Map([
        ['a', 'z1'],
        ['b', 'z2'],
        ['c', 'z1'],
      ]),
      claimModes: new Map([['data', ['ReadWriteOnce']]]),
      ...changes,
    }).map(({ status, reason }) => `${status} ${reason}`.trim());

  it.each([
    ['two nodes in two zones', [pod('api', 'a'), pod('api', 'b')], {}, 'pass'],
    ['one node', [pod('api', 'a'), pod('api', 'a')], {}, 'fail 2 replicas on one node, a'],
    ['one zone of three', [pod('api', 'a'), pod('api', 'c')], {}, 'fail 2 replicas in one zone, z1'],
    [
      'one zone, and the file promises none',
      [pod('api', 'a'), pod('api', 'c')],
      { promisedZones: 1 },
      'warn 2 replicas in one zone, z1',
    ],
    [
      'a cluster of one zone',
      [pod('api', 'a'), pod('api', 'c')],
      { zones: 1 },
      'fail the file promises 3 zones, and the nodes are in one',
    ],
    ['one replica', [pod('api', 'a')], {}, 'fail 1 replica: the loss of its node stops the component'],
    ['one replica in test', [pod('api', 'a')], { tier: 'test' }, 'pass'],
    [
      'a claim of one node on two',
      [pod('api', 'a', { claims: ['data'] }), pod('api', 'b', { claims: ['data'] })],
      {},
      'fail Multi-Attach error: claim data is ReadWriteOnce, and its pods are on 2 nodes',
    ],
  ])('of %s', (_, pods, changes, expected) => expect(judge(pods, changes)).toEqual([expected]));
});

describe('the next step', () => {
  it.each([
    [
      '0/6 nodes are available: 6 Insufficient cpu',
      'add nodes, or lower components.api.resources.requests or replicas',
    ],
    [
      "0/6 nodes are available: 6 node(s) didn't match Pod's node affinity/selector",
      'label more nodes, or change components.api.nodeSelector',
    ],
    ['3 replicas on one node, a', 'use components.api.spread hard, and node selectors of several nodes and zones'],
    [
      'the file promises 3 zones, and the nodes are in one',
      'add nodes in other zones, or promise one zone: recovery.topology.zones',
    ],
    ['0 of 1 replica ready, 1 promised', 'set components.api.replicas to 2 or more, on different nodes and zones'],
    [
      '0 of 2 replicas ready, 1 promised',
      'raise components.api.replicas, and spread the replicas over more nodes and zones',
    ],
    ['something new', 'read the reason of the pending pods'],
  ])('for %s', (reason, expected) => expect(remedyFor(reason, 'api')).toBe(expected));
});

it('the worst status counts', () => {
  expect(worstOf(['pass', 'warn', 'skip'])).toBe('warn');
  expect(worstOf([])).toBe('skip');
  const drills = (['pass', 'pass', 'fail', 'skip'] as const).map((status) => ({ status }));
  expect(summarizeDrills(drills)).toEqual({ pass: 2, warn: 0, fail: 1, skip: 1 });
});

it('published times are grouped by the components that they apply to', () => {
  const times = publishedTimes([
    workload('api', 3),
    workload('beat', 1, { evictedAfter: 30, readinessSeconds: 0, mountsVolume: true }),
  ]);
  expect(times.map(({ name, seconds, appliesTo }) => `${name} ${seconds} ${appliesTo}`)).toEqual([
    'detection 50 every lost node',
    'eviction 30 beat',
    'eviction 300 api',
    'start 10 api',
    'volume-attach 360 beat',
  ]);
});
