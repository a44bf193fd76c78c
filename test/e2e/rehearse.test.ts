import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { DrillKind, DrillResult } from '../../src/rehearsal/report.ts';
import { shapeFromFlags } from '../../src/rehearsal/shape/from-flags.ts';
import type { Shape } from '../../src/rehearsal/shape/shape.ts';
import type { KubernetesObject } from '../../src/render/rendered.ts';
import { openRehearsals, rehearsedFile } from '../support/rehearsal.ts';
import { useTestbed } from '../testbed/fixtures.ts';

const SIX: Shape = {
  ...shapeFromFlags('6x8C32G', 3),
  storageClasses: [{ name: 'local', provisioner: 'rancher.io/local-path', isDefault: false }],
};

const testbed = useTestbed(
  () => openRehearsals(SIX),
  (place) => place.stop(),
);

interface Fault {
  readonly name: string;
  readonly kinds: readonly DrillKind[];
  readonly file?: JsonObject;
  readonly shape?: Shape;
  readonly patch?: (manifests: readonly KubernetesObject[]) => readonly KubernetesObject[];
  /** The red cells: `drill component`. */
  readonly red: readonly string[];
  readonly reason: RegExp;
}

const components = (value: JsonObject): JsonObject => ({ components: value });
const HOST = 'kubernetes.io/hostname';

const FAULTS: readonly Fault[] = [
  {
    name: 'one replica of api',
    kinds: ['spread', 'node-loss'],
    file: components({ api: { replicas: 1 } }),
    red: ['node-loss api', 'spread api'],
    reason: /api: 0 of 1 replica ready, 1 promised/,
  },
  {
    name: 'an anti-affinity that three zones cannot meet',
    kinds: ['schedule'],
    file: {
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
    red: ['schedule api'],
    reason: /1 of 4 replicas pending: 0\/6 nodes are available: 6 node\(s\) didn't match pod anti-affinity rules/,
  },
  {
    name: 'five nodes for six replicas on nodes of their own',
    kinds: ['schedule'],
    file: components({ web: { replicas: 6, spread: 'hard' } }),
    shape: { ...SIX, nodes: SIX.nodes.slice(0, 5) },
    red: ['schedule web'],
    reason: /1 of 6 replicas pending: 0\/5 nodes are available: 5 node\(s\) didn't (?:match|satisfy)/,
  },
  {
    name: 'a budget that refuses every eviction',
    kinds: ['drain'],
    patch: (manifests) =>
      manifests.map((object) =>
        object.metadata.name === 'dify-worker'
          ? { ...object, spec: { ...(object.spec as JsonObject), maxUnavailable: 0 } }
          : object,
      ),
    red: ['drain worker'],
    reason: /worker: Cannot evict pod as it would violate the pod's disruption budget/,
  },
  {
    name: 'a node selector that one node has',
    kinds: ['spread', 'node-loss'],
    file: components({ sandbox: { nodeSelector: { [HOST]: 'sim-2' } } }),
    red: ['node-loss sandbox', 'spread sandbox'],
    reason: /sandbox: 3 of 3 replicas pending: .*5 node\(s\) didn't match Pod's node affinity\/selector/,
  },
  {
    name: 'all nodes in one zone',
    kinds: ['spread', 'zone-loss'],
    shape: shapeFromFlags('6x8C32G', 1),
    red: [
      ...['spread agentBackend', 'spread api', 'spread proxy', 'spread sandbox', 'spread ssrfProxy', 'spread web'],
      ...['spread worker', 'zone-loss'],
    ],
    reason: /the file promises 3 zones, and the nodes are in one|all pods are in one zone, sim-1a/,
  },
  {
    name: 'requests larger than any node',
    kinds: ['schedule'],
    file: components({ worker: { resources: { requests: { cpu: '9' }, limits: { cpu: '9' } } } }),
    red: ['schedule worker'],
    reason: /3 of 3 replicas pending: 0\/6 nodes are available: 6 Insufficient cpu/,
  },
  {
    name: 'a taint on five nodes',
    kinds: ['schedule'],
    shape: {
      ...SIX,
      nodes: SIX.nodes.map((node, index) =>
        index === 0 ? node : { ...node, taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] },
      ),
    },
    red: ['schedule'],
    reason: /5 node\(s\) had untolerated taint/,
  },
  {
    name: 'a quota that is too small',
    kinds: ['schedule'],
    shape: { ...SIX, limits: { quotas: [{ name: 'small', hard: { pods: 20 }, used: {} }], ranges: [] } },
    red: ['schedule'],
    reason: /is forbidden: exceeded quota: small/,
  },
  {
    name: 'a maximum of an autoscaler that the nodes cannot carry',
    kinds: ['autoscale'],
    file: components({ api: { autoscaling: { maxReplicas: 60 } } }),
    red: ['autoscale api'],
    reason: /of 60 replicas pending: 0\/6 nodes are available: 6 Insufficient cpu/,
  },
];

/** The red cells of drills. A drill without the outcomes of components, and a fault of several components, has none. */
function redCells(drills: readonly DrillResult[], named: boolean): readonly string[] {
  const failed = drills.filter(({ status }) => status === 'fail');
  const cells = failed.flatMap(({ kind, components: outcomes }) =>
    outcomes.length === 0 || !named
      ? [kind]
      : outcomes.filter(({ status }) => status === 'fail').map(({ component }) => `${kind} ${component}`),
  );
  return [...new Set(cells)].sort();
}

describe('a fault is red in its cell, with the reason in Kubernetes’ own words', () => {
  it.each(FAULTS)('$name', async ({ kinds, file = {}, shape = SIX, patch, red, reason }) => {
    const drills = await testbed.get().rehearse({ file: rehearsedFile(file), shape, kinds, patch });
    const isNamed = red.some((cell) => cell.includes(' '));
    expect(redCells(drills, isNamed)).toEqual(red);
    expect(drills.map(({ message }) => message).join('\n')).toMatch(reason);
    const failed = drills.filter(({ status }) => status === 'fail');
    expect(failed.filter(({ remedy }) => remedy === '')).toEqual([]);
  });
});
