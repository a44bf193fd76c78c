import { digestOf } from '../../base/digest.ts';
import { deepMerge, type JsonObject } from '../../base/json.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { mostReplicas, type PlannedComponent } from '../../deployment/components.ts';
import type { ChartBlock } from '../../providers/chart-block.ts';
import { type EnvEntry, literal, mergeEntries } from '../../providers/env-entry.ts';
import type { ChartProfile } from '../../versions/chart-profile.ts';
import type { RenderModel } from '../model.ts';
import { certificateVolumes } from './certificates.ts';
import { environmentValues } from './extra-env.ts';
import { hardening } from './hardening.ts';
import type { ChartNames } from './names.ts';
import { placement } from './placement.ts';
import { probeValues } from './probes.ts';
import { ssrfRuleVolumes } from './ssrf-rules.ts';

/** Components without a `replicas` key: the chart runs one of each. */
const FIXED: readonly ComponentName[] = ['beat', 'localSandbox'];

/**
 * A rolling update that never has fewer pods ready than planned. Kubernetes' default rounds 25 % down to 0 only up to
 * three replicas.
 */
export const NO_LOSS = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } } as const;

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
    ...autoscalerValues(plan),
    ...(deployment.tier === 'prod' && mostReplicas(plan) > 1 ? { updateStrategy: { ...NO_LOSS } } : {}),
    resources: { requests: { ...plan.requests }, limits: { ...plan.limits } },
    ...placement(context, name),
    ...probeValues(name, deployment.version),
    ...hardening(name),
    ...(canMount ? { ...certificateVolumes(context, name, secretName), ...ssrfRuleVolumes(name, secretName) } : {}),
  };
  const restated = Object.entries(profile.restated[name] ?? {}).map(([key, value]) => literal(key, value));
  const own = mergeEntries(restated, environment[name]);
  const entries = name === 'beat' ? [...own, beatDigest(context)] : own;
  return deepMerge(values, environmentValues(name, entries, { gives, profile, secretName })) as JsonObject;
}

/** The chart writes no metric for a target of 0. If KEDA scales (`scaledObject`), the chart must not. */
function autoscalerValues({ replicas, autoscaling }: PlannedComponent): JsonObject {
  if (autoscaling === undefined) return {};
  if (autoscaling.queueLength !== undefined) return { autoscaling: { enabled: false } };
  const { maxReplicas, cpuPercent = 0, memoryPercent } = autoscaling;
  return {
    autoscaling: {
      enabled: true,
      minReplicas: replicas,
      maxReplicas,
      targetCPUUtilizationPercentage: cpuPercent,
      ...(memoryPercent === undefined ? {} : { targetMemoryUtilizationPercentage: memoryPercent }),
    },
  };
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
