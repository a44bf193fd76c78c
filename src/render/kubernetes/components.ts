import { digestOf } from '../../base/digest.ts';
import { deepMerge, type JsonObject } from '../../base/json.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { volumeAccess } from '../../deployment/volume-access.ts';
import type { ChartBlock } from '../../providers/chart-block.ts';
import { type EnvEntry, literal, mergeEntries } from '../../providers/env-entry.ts';
import type { ChartProfile } from '../../versions/chart-profile.ts';
import type { RenderModel } from '../model.ts';
import { certificateVolumes } from './certificates.ts';
import { environmentValues } from './extra-env.ts';
import { type ChartNames, podLabels } from './names.ts';
import { probeValues } from './probes.ts';
import { ssrfRuleVolumes } from './ssrf-rules.ts';

/** Components without a `replicas` key: the chart runs one of each. */
const FIXED: readonly ComponentName[] = ['beat', 'localSandbox'];

/** Weights of the preference that replicas run on different nodes and, with less weight, in different zones. */
const NODE_WEIGHT = 100;
const ZONE_WEIGHT = 50;

export interface ComponentContext extends Pick<RenderModel, 'deployment' | 'caCertificates' | 'environment'> {
  readonly planned: Readonly<Record<ComponentName, PlannedComponent>>;
  readonly gives: ChartBlock['gives'];
  readonly names: ChartNames;
  readonly profile: ChartProfile;
  readonly secretName: string;
}

/** Size, place, probes and environment of every component. */
export function componentValues(context: ComponentContext): JsonObject {
  return Object.fromEntries(COMPONENTS.map((name) => [name, oneComponent(context, name)]));
}

function oneComponent(context: ComponentContext, name: ComponentName): JsonObject {
  const { deployment, planned, environment, gives, profile, secretName } = context;
  const plan = planned[name];
  const canMount = !profile.withoutMounts.includes(name);
  if (!plan.enabled) return { enabled: false };
  const values: JsonObject = {
    enabled: true,
    ...(FIXED.includes(name) ? {} : { replicas: plan.replicas }),
    resources: { requests: { ...plan.requests }, limits: { ...plan.limits } },
    ...placement(context, name),
    ...probeValues(name, deployment.version),
    ...(canMount ? { ...certificateVolumes(context, name, secretName), ...ssrfRuleVolumes(name, secretName) } : {}),
  };
  const restated = Object.entries(profile.restated[name] ?? {}).map(([key, value]) => literal(key, value));
  const own = mergeEntries(restated, environment[name]);
  const entries = name === 'beat' ? [...own, beatDigest(context)] : own;
  return deepMerge(values, environmentValues(name, entries, { gives, profile, secretName })) as JsonObject;
}

/** Enough hex digits to distinguish two configurations of one deployment. */
const DIGEST_LENGTH = 10;

/**
 * A variable that no program reads. Its value changes with the settings that beat reads from the worker's ConfigMap.
 * The chart adds a checksum annotation of its configuration to every pod except beat's, so beat would keep its old
 * settings (docs/chart-facts.md).
 */
function beatDigest({ deployment, gives }: ComponentContext): EnvEntry {
  const digest = digestOf({ given: gives.beat ?? {}, extraValues: deployment.extraValues });
  return literal('DIFYCTL_CONFIGURATION', digest.slice(0, DIGEST_LENGTH));
}

/** Node selector, priority class and affinity of a component's pods. */
export function placement({ deployment, planned, names }: ComponentContext, name: ComponentName): JsonObject {
  const { nodeSelector, priorityClassName, replicas } = planned[name];
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...affinityValues(deployment, names, name, replicas),
  };
}

function affinityValues(deployment: Deployment, names: ChartNames, name: ComponentName, replicas: number): JsonObject {
  const sharers = SHARERS.find((group) => group.includes(name));
  const affinity = {
    ...(deployment.tier === 'prod' && replicas > 1 ? apart(names, name) : {}),
    ...(sharers !== undefined && volumeAccess(deployment) === 'ReadWriteOnce' ? together(names, sharers) : {}),
  };
  return Object.keys(affinity).length === 0 ? {} : { affinity };
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

/** Preferred, not required: if a node or zone is down, the replicas must still be schedulable. */
function apart(names: ChartNames, name: ComponentName): JsonObject {
  const term = (weight: number, topologyKey: string) => ({
    weight,
    podAffinityTerm: { topologyKey, labelSelector: { matchLabels: { ...podLabels(names, name) } } },
  });
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        term(NODE_WEIGHT, 'kubernetes.io/hostname'),
        term(ZONE_WEIGHT, 'topology.kubernetes.io/zone'),
      ],
    },
  };
}
