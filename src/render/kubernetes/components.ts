import { deepMerge, type JsonObject } from '../../base/json.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { DifyEnvironment } from '../dify-env/environment.ts';
import { certificateVolumes } from './certificates.ts';
import type { ChartBlock } from './chart-block.ts';
import { environmentValues } from './extra-env.ts';
import { type ChartNames, podLabels } from './names.ts';
import { probeValues } from './probes.ts';

/** Components without a replicas key: the chart fixes them at one. */
const FIXED: readonly ComponentName[] = ['beat', 'localSandbox'];

/** Weights of the wish that replicas do not share a node, and, less, a zone. */
const NODE_WEIGHT = 100;
const ZONE_WEIGHT = 50;

export interface ComponentContext {
  readonly deployment: Deployment;
  readonly planned: Readonly<Record<ComponentName, PlannedComponent>>;
  readonly environment: DifyEnvironment;
  readonly gives: ChartBlock['gives'];
  readonly names: ChartNames;
  readonly secretName: string;
}

/** Size, place, probes and environment of every component. */
export function componentValues(context: ComponentContext): JsonObject {
  return Object.fromEntries(COMPONENTS.map((name) => [name, oneComponent(context, name)]));
}

function oneComponent(context: ComponentContext, name: ComponentName): JsonObject {
  const { deployment, planned, environment, gives, secretName } = context;
  const plan = planned[name];
  if (!plan.enabled) return { enabled: false };
  const values: JsonObject = {
    enabled: true,
    ...(FIXED.includes(name) ? {} : { replicas: plan.replicas }),
    resources: { requests: { ...plan.requests }, limits: { ...plan.limits } },
    ...placement(context, name),
    ...probeValues(name),
    ...certificateVolumes(deployment, name, secretName),
  };
  return deepMerge(values, environmentValues(name, environment[name], gives, secretName)) as JsonObject;
}

function placement({ deployment, planned, names }: ComponentContext, name: ComponentName): JsonObject {
  const { nodeSelector, priorityClassName, replicas } = planned[name];
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(deployment.tier === 'prod' && replicas > 1 ? { affinity: apart(names, name) } : {}),
  };
}

/** Preferred, not required: with one node or zone gone the replicas must still find room. */
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
