import { compact, isObject } from '../base/json.ts';
import { COMPONENTS, type ComponentName } from '../checklist/components.ts';
import { DEFAULT_SETS, type DefaultSets, sizeOf } from '../checklist/default-sets.ts';
import { AUTOSCALING_CPU_PERCENT, type ComponentSize } from '../checklist/sizing.ts';
import { absentComponents } from '../versions/known-releases.ts';
import { replicasForLoad } from './load-replicas.ts';
import type { Deployment } from './schema/deployment.ts';
import type { Affinity, Spread, Toleration } from './schema/placement.ts';

/** How an autoscaler scales a component. Its minimum is `replicas`. */
interface Autoscaling {
  readonly maxReplicas: number;
  /** Percent of the request; at least one of the three is defined. */
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
  /** Tasks waiting in a worker's queues for each replica. If defined, KEDA scales. */
  readonly queueLength: number | undefined;
}

/** A component as it will run: the tier's size with the overrides of the file. */
export interface PlannedComponent extends ComponentSize {
  /** Undefined if the number of replicas is fixed. */
  readonly autoscaling: Autoscaling | undefined;
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly affinity: Affinity;
  /** `hard`: no two of its pods on one node. `soft`: different nodes and zones are preferred. */
  readonly spread: Spread;
  readonly priorityClassName: string | undefined;
}

/**
 * Returns every component of the deployment with its effective settings, including those that `extraValues` sets under
 * the chart's own keys. The agent backend cannot use Sentinel: without `redis.agentUrl`, it and its sandbox are off.
 */
export function plannedComponents(
  deployment: Deployment,
  sets: DefaultSets = DEFAULT_SETS,
): Readonly<Record<ComponentName, PlannedComponent>> {
  const planned = COMPONENTS.map((name) => [name, planComponent(deployment, name, { sets })] as const);
  return Object.fromEntries(planned) as Record<ComponentName, PlannedComponent>;
}

/**
 * Options of `planComponent`. `ownReplicas`: `replicas` in `extraValues`, and those that the load needs, are those of
 * another workload.
 */
interface PlanOptions {
  readonly sets?: DefaultSets;
  readonly ownReplicas?: boolean;
}

/** Returns one component with its effective settings; see `plannedComponents`. */
export function planComponent(
  deployment: Deployment,
  name: ComponentName,
  { sets = DEFAULT_SETS, ownReplicas = false }: PlanOptions = {},
): PlannedComponent {
  const size = sizeOf(deployment, name, sets);
  const over = deployment.components[name] ?? {};
  const chart = chartWords(deployment, name);
  const isOn = (over.enabled ?? size.enabled) && !(isAgentPart(name) && !agentHasRedis(deployment));
  const isAbsent = absentComponents(deployment.version, deployment.target.type).includes(name);
  const limits = { ...size.limits, ...compact(over.resources?.limits ?? {}) };
  const extraEnv = { ...over.extraEnv, ...chart.extraEnv };
  const loaded = ownReplicas ? undefined : replicasForLoad(deployment, name, { limits, extraEnv }, sets);
  const enough = Math.max(size.replicas, loaded ?? 0);
  const usual = over.autoscaling === undefined ? enough : size.replicas;
  return {
    enabled: !isAbsent && (chart.enabled ?? isOn),
    replicas: (ownReplicas ? undefined : chart.replicas) ?? over.replicas ?? usual,
    autoscaling: autoscalingOf(over, Math.max(enough, over.replicas ?? 0)),
    requests: { ...size.requests, ...compact(over.resources?.requests ?? {}) },
    limits,
    extraEnv,
    nodeSelector: over.nodeSelector ?? clusterSelector(deployment),
    tolerations: over.tolerations ?? clusterTolerations(deployment),
    ...placeOf(deployment, name),
  };
}

/** `enough`: the maximum if the file names none, because the load decides it. */
function autoscalingOf(
  { autoscaling: given }: Deployment['components'][ComponentName] & {},
  enough: number,
): Autoscaling | undefined {
  if (given === undefined) return undefined;
  const { maxReplicas = enough, memoryPercent } = given;
  const queueLength = 'queueLength' in given ? given.queueLength : undefined;
  const usual = memoryPercent === undefined && queueLength === undefined ? AUTOSCALING_CPU_PERCENT : undefined;
  return { maxReplicas, cpuPercent: given.cpuPercent ?? usual, memoryPercent, queueLength };
}

/** The largest number of replicas that may run at once, apart from a rolling update. */
export function mostReplicas({ replicas, autoscaling }: PlannedComponent): number {
  return Math.max(replicas, autoscaling?.maxReplicas ?? 0);
}

/** Returns the components with their largest numbers of replicas; see `mostReplicas`. */
export function mostComponents(
  planned: Readonly<Record<ComponentName, PlannedComponent>>,
): Readonly<Record<ComponentName, PlannedComponent>> {
  const names = COMPONENTS.map((name) => [name, { ...planned[name], replicas: mostReplicas(planned[name]) }]);
  return Object.fromEntries(names) as Record<ComponentName, PlannedComponent>;
}

type Place = Pick<PlannedComponent, 'affinity' | 'spread' | 'priorityClassName'>;

/** The placement of a component; what it does not set is that of `target`. */
function placeOf({ target, components }: Deployment, name: ComponentName): Place {
  const common = target.type === 'kubernetes' ? target : undefined;
  const own = components[name];
  return {
    affinity: own?.affinity ?? common?.affinity ?? {},
    spread: own?.spread ?? common?.spread ?? 'soft',
    priorityClassName: own?.priorityClassName ?? common?.priorityClassName,
  };
}

/** Tolerations of every pod of Dify. Empty for Compose, which is one host. */
export function clusterTolerations({ target }: Pick<Deployment, 'target'>): readonly Toleration[] {
  return target.type === 'kubernetes' ? (target.tolerations ?? []) : [];
}

/** Labels that every node of Dify must have. Empty for Compose, which is one host. */
export function clusterSelector({ target }: Pick<Deployment, 'target'>): Readonly<Record<string, string>> {
  return target.type === 'kubernetes' ? (target.nodeSelector ?? {}) : {};
}

interface ChartWords {
  readonly enabled?: boolean;
  readonly replicas?: number;
  readonly extraEnv: Readonly<Record<string, string>>;
}

/**
 * The settings of a component in `extraValues`, under the chart's own keys. A variable that is a reference has no text
 * and is left out.
 */
function chartWords({ target, extraValues }: Deployment, name: ComponentName): ChartWords {
  const block = target.type === 'kubernetes' ? extraValues[name] : undefined;
  if (!isObject(block)) return { extraEnv: {} };
  const { enabled, replicas, logLevel, extraEnv } = block;
  const items = (Array.isArray(extraEnv) ? extraEnv : []).flatMap((item: unknown) => {
    if (!isObject(item)) return [];
    const { name: key, value } = item;
    return typeof key === 'string' && typeof value === 'string' ? [[key, value] as const] : [];
  });
  return {
    ...(typeof enabled === 'boolean' ? { enabled } : {}),
    ...(typeof replicas === 'number' ? { replicas } : {}),
    extraEnv: { ...(typeof logLevel === 'string' ? { LOG_LEVEL: logLevel } : {}), ...Object.fromEntries(items) },
  };
}

/** True if the agent backend has a plain Redis: redis-py opens redis, rediss and unix URLs, never sentinel ones. */
function agentHasRedis(deployment: Deployment): boolean {
  const { redis } = deployment;
  return redis.mode === 'bundled' || redis.topology === 'standalone' || redis.agentUrl !== undefined;
}

function isAgentPart(name: ComponentName): boolean {
  return name === 'agentBackend' || name === 'localSandbox';
}
