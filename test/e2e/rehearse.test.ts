import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { NodeLoad } from '../../src/evidence/cluster/pods.ts';
import { createCollection } from '../../src/evidence/collect.ts';
import { COLLECTORS } from '../../src/evidence/registry.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { dialHere } from '../../src/net/dial.ts';
import { findMarked } from '../../src/rehearsal/processes/daemon.ts';
import type { DrillKind, DrillResult, RehearsalReport } from '../../src/rehearsal/report.ts';
import { shapeFromCluster } from '../../src/rehearsal/shape/from-evidence.ts';
import { shapeFromFlags } from '../../src/rehearsal/shape/from-flags.ts';
import { type Shape, zoneOf } from '../../src/rehearsal/shape/shape.ts';
import { createShape } from '../../src/rehearsal/stage.ts';
import type { KubernetesObject } from '../../src/render/rendered.ts';
import { createWorkspace, type TempWorkspace } from '../support/difyctl.ts';
import { clearPlane, openRehearsals, rehearsedFile } from '../support/rehearsal.ts';
import { useTestbed } from '../testbed/fixtures.ts';

const SIX: Shape = {
  ...shapeFromFlags('6x8C32G', 3),
  storageClasses: [{ name: 'local', provisioner: 'rancher.io/local-path', isDefault: false }],
};

const testbed = useTestbed(
  () => openRehearsals(SIX),
  (place) => place.stop(),
);

/** A rehearsal with faults that do not disturb each other: one installation serves them all. */
interface Scene {
  readonly faults: string;
  readonly kinds: readonly DrillKind[];
  readonly file?: JsonObject;
  readonly shape?: Shape;
  readonly patch?: (manifests: readonly KubernetesObject[]) => readonly KubernetesObject[];
  /** The reason in each red cell, by `drill component`. Other cells are not red. */
  readonly red: Readonly<Record<string, RegExp>>;
}

const components = (value: JsonObject): JsonObject => ({ components: value });
const HOST = 'kubernetes.io/hostname';
const ONE_NODE = /3 replicas on one node/;
const ONE_ZONE = /^\d replicas in one zone, sim-1a$/;
const NO_OTHER_ZONE = /^the file promises 3 zones, and the nodes are in one$/;
const NO_ROOM = /^(\d) of \1 replicas? pending: 0\/6 nodes are available: .*Insufficient cpu/;
const TAINTED = /^(\d) of \1 replicas? pending: 0\/6 nodes are available: 6 node\(s\) had untolerated taint/;

/** The components that promise to survive the loss of one replica, and those that run once. */
const REDUNDANT = ['agentBackend', 'api', 'proxy', 'sandbox', 'ssrfProxy', 'web', 'worker'];
const SINGLE = ['apiWebsocket', 'beat', 'localSandbox', 'pluginDaemon'];
const cells = (drill: string, names: readonly string[], reason: RegExp) =>
  Object.fromEntries(names.map((name) => [`${drill} ${name}`, reason]));

const GIB = 2 ** 30;
/** A pod of others with a priority above that of web on each node of `SIX`. */
const withOthers = (more: (node: string) => Partial<NodeLoad['movable'][number]> = () => ({})): Shape => ({
  ...{ ...SIX, source: 'cluster' },
  loads: SIX.nodes.map(({ name }) => ({
    ...{ node: name, fixed: { cpu: 0, memory: 0, count: 0 } },
    movable: [{ cpu: 3, memory: GIB, count: 1, priority: 1000, ...more(name) }],
  })),
  priorityClasses: [
    { name: 'dify', value: 2000, preempts: true },
    { name: 'low', value: 0, preempts: true },
  ],
});

const SCENES: readonly Scene[] = [
  {
    faults: 'one replica of api; a node selector of one node; a ReadWriteOnce claim; a budget that blocks drains',
    kinds: ['spread', 'node-loss', 'drain'],
    file: {
      ...components({ api: { replicas: 1 }, sandbox: { nodeSelector: { [HOST]: 'sim-2' } } }),
      extraValues: {
        proxy: {
          log: {
            persistence: {
              enabled: true,
              persistentVolumeClaim: { accessModes: 'ReadWriteOnce', storageClass: 'local' },
            },
          },
        },
      },
    },
    patch: (manifests) =>
      manifests.map((object) =>
        object.metadata.name === 'dify-worker'
          ? { ...object, spec: { ...(object.spec as JsonObject), maxUnavailable: 0 } }
          : object,
      ),
    red: {
      'spread api': /1 replica: the loss of its node stops the component/,
      'node-loss api': /0 of 1 replica ready, 1 promised/,
      'drain api': /0 of 1 replica ready, 1 promised/,
      'spread sandbox': ONE_NODE,
      'node-loss sandbox': /3 of 3 replicas pending: .*5 node\(s\) didn't match Pod's node affinity\/selector/,
      'drain sandbox': /Cannot evict pod as it would violate the pod's disruption budget|didn't match Pod's node/,
      'spread proxy': ONE_NODE,
      'node-loss proxy': /3 of 3 replicas pending: .*PersistentVolume's node affinity/,
      'drain proxy':
        /Cannot evict pod as it would violate the pod's disruption budget|PersistentVolume's node affinity/,
      'drain worker': /Cannot evict pod as it would violate the pod's disruption budget/,
    },
  },
  {
    faults: 'an anti-affinity that cannot be met; five nodes for six replicas; requests larger than any node',
    kinds: ['schedule'],
    shape: { ...SIX, nodes: SIX.nodes.slice(0, 5) },
    file: {
      ...components({
        web: { replicas: 6, spread: 'hard' },
        worker: { resources: { requests: { cpu: '9' }, limits: { cpu: '9' } } },
      }),
      extraValues: {
        api: {
          replicas: 4,
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  topologyKey: 'topology.kubernetes.io/zone',
                  labelSelector: { matchLabels: { component: 'api' } },
                },
              ],
            },
          },
        },
      },
    },
    red: {
      'schedule api':
        /1 of 4 replicas pending: 0\/5 nodes are available: 5 node\(s\) didn't match pod anti-affinity rules/,
      'schedule web': /of 6 replicas pending: 0\/5 nodes are available: 5 node\(s\) didn't/,
      'schedule worker': /3 of 3 replicas pending: 0\/5 nodes are available: 5 Insufficient cpu/,
    },
  },
  {
    faults: 'all nodes in one zone',
    kinds: ['spread', 'zone-loss'],
    shape: shapeFromFlags('6x8C32G', 1),
    red: { ...cells('spread', REDUNDANT, NO_OTHER_ZONE), 'zone-loss': /^all pods are in one zone, sim-1a/ },
  },
  {
    faults: 'three zones, and no free CPU in two of them',
    kinds: ['spread', 'zone-loss'],
    shape: {
      ...SIX,
      loads: SIX.nodes
        .filter((node) => zoneOf(node) !== 'sim-1a')
        .map(({ name, allocatable }) => ({
          node: name,
          fixed: { cpu: allocatable.cpu - 0.1, memory: GIB, count: 1 },
          movable: [],
        })),
    },
    red: { ...cells('spread', REDUNDANT, ONE_ZONE), ...cells('zone-loss', [...REDUNDANT, ...SINGLE], NO_ROOM) },
  },
  {
    faults: 'a priority class below that of others, who evict web if a node is lost',
    kinds: ['node-loss'],
    file: {
      target: { priorityClassName: 'dify' },
      ...components({ web: { priorityClassName: 'low', replicas: 6, resources: { requests: { cpu: '2' } } } }),
    },
    shape: withOthers(),
    red: { 'node-loss web': /^\d of 6 replicas pending: 0\/6 nodes are available: .*Insufficient cpu/ },
  },
  {
    faults: 'none: others of a higher priority may run only on their own nodes, so that they evict nobody',
    kinds: ['node-loss'],
    shape: withOthers((node) => ({
      ...{ cpu: 2.3, count: 2 },
      nodeRules: [[{ key: HOST, operator: 'In', values: [node] }]],
    })),
    red: {},
  },
  {
    faults: 'a taint on all nodes, which only web tolerates',
    kinds: ['schedule'],
    shape: {
      ...SIX,
      nodes: SIX.nodes.map((node) => ({ ...node, taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] })),
    },
    file: components({ web: { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } }),
    red: cells(
      'schedule',
      [...REDUNDANT, ...SINGLE].filter((name) => name !== 'web'),
      TAINTED,
    ),
  },
  {
    faults: 'a quota that is too small',
    kinds: ['schedule'],
    shape: { ...SIX, limits: { quotas: [{ name: 'small', hard: { pods: 20 }, used: {} }], ranges: [] } },
    red: { schedule: /is forbidden: exceeded quota: small/ },
  },
  {
    faults: 'a quota for the plan without its autoscaler',
    kinds: ['schedule', 'autoscale'],
    shape: { ...SIX, limits: { quotas: [{ name: 'small', hard: { pods: 23 }, used: {} }], ranges: [] } },
    file: components({ api: { autoscaling: { maxReplicas: 5 } } }),
    red: { 'autoscale api': /^2 of 5 replicas pending: pods ".*" is forbidden: exceeded quota: small/ },
  },
  {
    faults: 'a maximum of an autoscaler that the nodes cannot carry',
    kinds: ['autoscale'],
    file: components({ api: { autoscaling: { maxReplicas: 60 } } }),
    red: { 'autoscale api': /^\d+ of 60 replicas pending: 0\/6 nodes are available: 6 Insufficient cpu/ },
  },
  {
    faults: 'a maximum of an autoscaler that the nodes cannot carry without one of them',
    kinds: ['autoscale', 'autoscale-node-loss'],
    file: components({ api: { autoscaling: { maxReplicas: 31 } } }),
    red: { 'autoscale-node-loss': /replicas? pending: 0\/6 nodes are available: .*Insufficient cpu/ },
  },
];

/**
 * The reasons in red cells, by `drill component`; by `drill` alone if no component is to blame, or several at random.
 */
function redCells(drills: readonly DrillResult[], isNamed: boolean): Readonly<Record<string, string>> {
  const failed = drills.filter(({ status }) => status === 'fail');
  const cells = failed.flatMap(({ kind, message, components: outcomes }): readonly (readonly [string, string])[] =>
    outcomes.length === 0 || !isNamed
      ? [[kind, message] as const]
      : outcomes
          .filter(({ status }) => status === 'fail')
          .map(({ component, reason }) => [`${kind} ${component}`, reason] as const),
  );
  return Object.fromEntries(cells);
}

describe('a fault fails in its cell, with the reason that Kubernetes gives', () => {
  it.each(SCENES)('$faults', async ({ kinds, file = {}, shape = SIX, patch, red }) => {
    const drills = await testbed.get().rehearse({ file: rehearsedFile(file), shape, kinds, patch });
    const isNamed = Object.keys(red).some((cell) => cell.includes(' '));
    const expected = Object.fromEntries(
      Object.entries(red).map(([cell, reason]) => [cell, expect.stringMatching(reason)]),
    );
    expect(redCells(drills, isNamed)).toEqual(expected);
    const failed = drills.filter(({ status }) => status === 'fail');
    expect(failed.filter(({ remedy }) => remedy === '')).toEqual([]);
  });
});

describe('the command', () => {
  /** Stands for the cluster of the operator: the nodes of `SIX`, and nothing else. */
  let clusters = 0;
  const useCluster = async (): Promise<{ readonly kubeArgs: readonly string[]; end(): Promise<void> }> => {
    const { plane } = testbed.get();
    clusters += 1;
    const namespace = `cluster-${clusters}`;
    await createShape(plane, shapeFromFlags('6x8C32G', 3), namespace, new AbortController().signal);
    return { kubeArgs: plane.kubeArgs, end: () => clearPlane(plane, namespace) };
  };
  const openPlace = async (): Promise<TempWorkspace> => {
    const place = await createWorkspace(rehearsedFile(), testbed.get().env);
    onTestFinished(() => place.remove());
    return place;
  };
  const runFolder = (): string => join(testbed.get().env.HOME ?? '', '.cache/difyctl/rehearsal/run');

  it('copies the cluster, passes every drill of the default production, and leaves no process behind', async () => {
    const cluster = await useCluster();
    onTestFinished(() => cluster.end());
    const place = await openPlace();
    const { code, stdout, stderr } = await place.run(
      ...['rehearse', '--programs', testbed.get().bin, '-o', 'json'],
      ...['--kubeconfig', cluster.kubeArgs[1] ?? ''],
    );
    expect(code, stderr + stdout).toBe(0);
    const report = JSON.parse(stdout) as RehearsalReport & { readonly kind: string };
    expect(report).toMatchObject({
      ...{ kind: 'RehearsalReport', deployment: 'dify', tier: 'prod' },
      shape: { source: 'cluster', nodes: 6, zones: 3, kubernetes: '1.36.3' },
      summary: { pass: 18, warn: 0, fail: 0, skip: 2 },
    });
    expect(report.drills.map(({ kind, subject, status }) => `${status} ${kind} ${subject}`)).toEqual([
      ...['pass schedule all', 'pass spread all'],
      ...[1, 2, 3, 4, 5, 6].map((node) => `pass node-loss sim-${node}`),
      ...['a', 'b', 'c'].map((zone) => `pass zone-loss sim-1${zone}`),
      ...[1, 2, 3, 4, 5, 6].map((node) => `pass drain sim-${node}`),
      ...['pass rollout all', 'skip autoscale all', 'skip autoscale-node-loss all'],
    ]);
    expect(await readdir(runFolder())).toEqual([]);
  });

  it('copies a shape that equals the one by flags', async () => {
    const { plane, env } = testbed.get();
    const cluster = await useCluster();
    onTestFinished(() => cluster.end());
    const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
    const collection = createCollection(COLLECTORS, {
      ...{ tier: 'prod', deployment: undefined, secrets: undefined, rendered: undefined, baseDirectory: '/' },
      ...{ runner, kubeArgs: plane.kubeArgs, dial: dialHere, from: 'local', env, now: () => new Date() },
      signal: new AbortController().signal,
    });
    onTestFinished(() => collection.close().then(() => undefined));
    const { shape } = await shapeFromCluster(collection);
    const flags = shapeFromFlags('6x8C32G', 3);
    // The controller manager adds the labels beta.kubernetes.io/os and arch.
    expect(shape.nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject(flags.nodes);
    expect(shape.loads).toEqual([]);
  });

  it('that is killed leaves a control plane behind, which the next run removes', async () => {
    const place = await openPlace();
    const args = [
      'rehearse',
      '--nodes',
      '3x8C32G',
      '--zones',
      '3',
      '--drills',
      'spread',
      '--programs',
      testbed.get().bin,
    ];
    const running = await place.start(...args);
    await running.says('drills');
    running.kill('SIGKILL');
    await running.outcome;
    const [left = ''] = await readdir(runFolder());
    expect((await findMarked(join(runFolder(), left))).length).toBeGreaterThan(0);

    const next = await place.run(...args, '--set', 'components.api.replicas=1');
    expect(next.code, next.stderr).toBe(6);
    expect(next.stderr).toContain('1 control plane of a killed run removed');
    expect(next.stdout).toContain('spread all: api: 1 replica: the loss of its node stops the component');
    expect(await readdir(runFolder())).toEqual([]);
    expect(await findMarked(join(runFolder(), left))).toEqual([]);
  });
});
