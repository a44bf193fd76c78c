import type { NodeAmounts } from '../../evidence/cluster/nodes.ts';
import type { NodeLoad } from '../../evidence/cluster/pods.ts';
import type { PriorityClassFact } from '../../evidence/cluster/priority-classes.ts';
import type { Amounts } from '../../evidence/rendered/demands.ts';
import type { LabelRule } from '../../evidence/rendered/workload.ts';
import { simulatedNode } from '../plane/simulated-node.ts';
import type { Shape, ShapeNode } from './shape.ts';

/** The namespace of the pods that stand for those of others. */
export const OTHERS = 'others';
const IMAGE = 'rehearsal.invalid/pod:1';

/** The Node objects of a shape. What bound pods of others request is no longer allocatable. */
export function nodeObjects(shape: Shape, kubeletPort: number, kubernetesVersion: string) {
  const fixed = new Map(shape.loads.map(({ node, fixed: bound }) => [node, bound]));
  return shape.nodes.map((node) => {
    const bound = fixed.get(node.name) ?? { cpu: 0, memory: 0, count: 0 };
    const { cpu, memory, pods } = node.allocatable;
    const left = { cpu: cpu - bound.cpu, memory: memory - bound.memory, pods: pods - bound.count };
    return simulatedNode({
      name: node.name,
      labels: { 'kubernetes.io/hostname': node.name, ...node.labels },
      spec: { taints: node.taints, ...(node.schedulable ? {} : { unschedulable: true }) },
      ...{ capacity: quantities(node.capacity), allocatable: quantities(left) },
      ...{ kubeletPort, kubernetesVersion },
    });
  });
}

/** Pods of others that can move, where they run, and the ReplicaSets that replace them elsewhere. */
export function loadObjects(shape: Shape): { readonly pods: readonly object[]; readonly sets: readonly object[] } {
  const bySize = new Map<string, PodSize & { count: number }>();
  const pods: object[] = [];
  const nodes = new Map(shape.nodes.map((node) => [node.name, node]));
  for (const { node, size } of shape.loads.flatMap(sizesOf)) {
    const on = nodes.get(node);
    if (on === undefined) continue;
    const key = `${size.cpu}-${size.memory}-${size.priority}-${JSON.stringify(size.nodeRules)}`;
    const known = bySize.get(key) ?? { ...size, count: 0 };
    bySize.set(key, known);
    const index = [...bySize.keys()].indexOf(key);
    for (let made = 0; made < size.count; made += 1) {
      known.count += 1;
      const name = `load-${index}-${known.count}`;
      pods.push({
        ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: OTHERS, labels: loadLabels(index) } },
        spec: { ...loadSpec(size, on), nodeName: node },
      });
    }
  }
  const sets = [...bySize.values()].map((size, index) => ({
    ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: `load-${index}`, namespace: OTHERS } },
    spec: {
      replicas: size.count,
      selector: { matchLabels: loadLabels(index) },
      template: { metadata: { labels: loadLabels(index) }, spec: loadSpec(size, undefined) },
    },
  }));
  return { pods, sets };
}

const loadLabels = (index: number) => ({ 'rehearsal/load': String(index) });

function sizesOf({ node, movable }: NodeLoad) {
  return movable.map((size) => ({ node, size }));
}

type PodSize = Omit<NodeLoad['movable'][number], 'count'>;

function loadSpec({ cpu, memory, priority = 0, nodeRules }: PodSize, on: ShapeNode | undefined) {
  const requests = { cpu: `${Math.round(cpu * 1000)}m`, memory: String(Math.round(memory)) };
  return {
    containers: [{ name: 'load', image: IMAGE, resources: { requests } }],
    automountServiceAccountToken: false,
    ...(priority === 0 ? {} : { priorityClassName: classOfOthers(priority) }),
    ...(nodeRules === undefined ? {} : { affinity: { nodeAffinity: nodeAffinity(nodeRules) } }),
    // A pod that runs on a tainted node tolerates its taints.
    tolerations: (on?.taints ?? []).map(({ key, effect }) => ({ key, effect, operator: 'Exists' })),
  };
}

/** The only field that a node affinity can name (kubernetes.io, Assigning Pods to Nodes); other keys are labels. */
const NODE_NAME = 'metadata.name';

function nodeAffinity(lists: NonNullable<PodSize['nodeRules']>): object {
  const written = ({ key, operator, values }: LabelRule): object => ({
    ...{ key, operator },
    ...(values.length === 0 ? {} : { values }),
  });
  const nodeSelectorTerms = lists.map((rules) => ({
    matchExpressions: rules.filter(({ key }) => key !== NODE_NAME).map(written),
    matchFields: rules.filter(({ key }) => key === NODE_NAME).map(written),
  }));
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
}

/** Classes, and the quotas and limits of the namespace with what others leave of them. */
export function clusterObjects(shape: Shape, namespace: string): readonly object[] {
  return [
    ...shape.storageClasses.map(({ name, provisioner, isDefault }) => storageClass(name, provisioner, isDefault)),
    ...shape.ingressClasses.map(({ name, controller }) => ({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name } },
      spec: { controller: controller || 'rehearsal.invalid/none' },
    })),
    ...shape.priorityClasses.filter(({ name }) => !name.startsWith('system-')).map(priorityClass),
    ...prioritiesOfOthers(shape).map((value) => priorityClass({ name: classOfOthers(value), value, preempts: true })),
    ...shape.limits.quotas.map(({ name, hard }) => ({
      ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace } },
      spec: { hard: amountTexts(hard) },
    })),
    ...shape.limits.ranges.map(({ name, type, min, max, defaults, defaultRequests }, index) => ({
      ...{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: `${name}-${index}`, namespace } },
      spec: {
        limits: [
          {
            type,
            ...{ min: amountTexts(min), max: amountTexts(max) },
            ...(type === 'Container'
              ? { default: amountTexts(defaults), defaultRequest: amountTexts(defaultRequests) }
              : {}),
          },
        ],
      },
    })),
  ];
}

/** A class whose volumes are made when the node of the first pod is known, as clouds recommend for zonal disks. */
export function storageClass(name: string, provisioner: string, isDefault: boolean): object {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
    ...{ provisioner, reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer' },
  };
}

export function priorityClass({ name, value, preempts }: PriorityClassFact): object {
  return {
    ...{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value },
    preemptionPolicy: preempts ? 'PreemptLowerPriority' : 'Never',
  };
}

/** Classes of users have at most this value (kubernetes.io, Pod Priority and Preemption). */
const MOST_OF_USERS = 1_000_000_000;

/** Returns the priorities of the pods of others that need a class of their own. */
function prioritiesOfOthers({ loads }: Shape): readonly number[] {
  const values = loads.flatMap(({ movable }) => movable.map(({ priority = 0 }) => priority));
  return [...new Set(values)].filter((value) => value !== 0 && value <= MOST_OF_USERS);
}

/** A pod gets its priority only from a class. */
function classOfOthers(priority: number): string {
  return priority > MOST_OF_USERS ? 'system-cluster-critical' : `rehearsal-others-${priority}`;
}

function quantities({ cpu, memory, pods }: NodeAmounts): Record<string, string> {
  const whole = (amount: number): string => String(Math.max(0, Math.round(amount)));
  return { cpu: `${whole(cpu * 1000)}m`, memory: whole(memory), pods: whole(pods), 'ephemeral-storage': '1Ti' };
}

function amountTexts(of: Amounts | Readonly<Record<string, number>>): Record<string, string> {
  const entries = Object.entries(of).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(entries.map(([name, value]) => [name, `${Math.round(value * 1000)}m`]));
}
