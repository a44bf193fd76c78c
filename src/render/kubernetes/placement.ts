import { compact, type JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { mostReplicas, type PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { volumeAccess } from '../../deployment/volume-access.ts';
import { type ChartNames, podLabels } from './names.ts';

interface PlacementContext {
  readonly deployment: Deployment;
  readonly planned: Readonly<Record<ComponentName, PlannedComponent>>;
  readonly names: ChartNames;
}

/** Node selector, tolerations, priority class and affinity of a component's pods. */
export function placement(context: PlacementContext, name: ComponentName): JsonObject {
  const { deployment, planned, names } = context;
  const sharers = SHARERS.find((group) => group.includes(name));
  const isShared = sharers !== undefined && volumeAccess(deployment) === 'ReadWriteOnce';
  const near = isShared ? together(names, sharers) : {};
  return placementOf(deployment, { plan: planned[name], labels: podLabels(names, name), near });
}

interface Placed {
  readonly plan: PlannedComponent;
  /** The labels that select its pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** Affinity to pods that must run on the same node. */
  readonly near: JsonObject;
}

/** The same for any workload. */
export function placementOf(deployment: Deployment, placed: Placed): JsonObject {
  const { nodeSelector, priorityClassName } = placed.plan;
  const tolerations = tolerationsOf(deployment, placed.plan);
  const affinity = affinityOf(deployment, placed);
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(Object.keys(affinity).length === 0 ? {} : { affinity }),
  };
}

/** Taints that Kubernetes gives to a node that it lost. */
const LOST_NODE = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/**
 * Seconds until the pods of a lost node are replaced. Kubernetes waits for 300 s if a pod does not say otherwise
 * (DefaultTolerationSeconds), which is an outage of a component that runs alone. The node monitor adds its own 40 to
 * 50 s before.
 */
const LOST_NODE_SECONDS = 30;

function tolerationsOf(deployment: Deployment, plan: PlannedComponent): readonly JsonObject[] {
  const { tolerations } = plan;
  const given = tolerations.map((one) => compact(one));
  if (deployment.tier !== 'prod' || mostReplicas(plan) !== 1) return given;
  const lost = LOST_NODE.filter((key) => !tolerations.some((one) => one.key === key));
  return [
    ...given,
    ...lost.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: LOST_NODE_SECONDS })),
  ];
}

/** A part that the file has replaces the same part of difyctl's own. */
function affinityOf(deployment: Deployment, { plan, labels, near }: Placed): JsonObject {
  const { affinity, spread } = plan;
  const isSpread = mostReplicas(plan) > 1 && (deployment.tier === 'prod' || spread === 'hard');
  return {
    ...(isSpread ? { podAntiAffinity: apart(labels, spread) } : {}),
    ...near,
    ...(compact(affinity) as JsonObject),
  };
}

/**
 * Components that mount the same claim: api and worker share one. The plugin daemon has its own, which its old and its
 * new pod both mount during a rollout.
 */
const SHARERS: readonly (readonly ComponentName[])[] = [['api', 'worker'], ['pluginDaemon']];

/**
 * Required, because a ReadWriteOnce volume is attached to one node, and a pod on another node would never start. The
 * first pod may run anywhere.
 */
function together(names: ChartNames, sharers: readonly ComponentName[]): JsonObject {
  const labels = sharers.map((name) => podLabels(names, name));
  const keys = Object.keys(labels[0] ?? {});
  const matchExpressions = keys.map((key) => ({
    key,
    operator: 'In',
    values: [...new Set(labels.map((one) => one[key] ?? ''))],
  }));
  return {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchExpressions } },
      ],
    },
  };
}

/** Weights of the preference that replicas run on different nodes and, with less weight, in different zones. */
const NODE_WEIGHT = 100;
const ZONE_WEIGHT = 50;

/**
 * `soft` prefers other nodes and other zones: if a node or zone is lost, the replicas can still be scheduled. `hard`
 * requires other nodes. Zones stay a preference, because a cluster has few of them and a rolling update needs room for
 * one more pod.
 */
function apart(labels: Placed['labels'], spread: PlannedComponent['spread']): JsonObject {
  const term = (topologyKey: string) => ({ topologyKey, labelSelector: { matchLabels: { ...labels } } });
  const node = term('kubernetes.io/hostname');
  const zone = { weight: ZONE_WEIGHT, podAffinityTerm: term('topology.kubernetes.io/zone') };
  return spread === 'hard'
    ? {
        requiredDuringSchedulingIgnoredDuringExecution: [node],
        preferredDuringSchedulingIgnoredDuringExecution: [zone],
      }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: NODE_WEIGHT, podAffinityTerm: node }, zone] };
}
