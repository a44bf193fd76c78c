import { COMPONENTS, type ComponentName } from '../checklist/components.ts';
import { type ComponentSize, SIZES } from '../checklist/sizing.ts';
import type { Deployment } from './schema/deployment.ts';

/** A component as it will run: the tier's size with the file's overrides on top. */
export interface PlannedComponent extends ComponentSize {
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly priorityClassName: string | undefined;
}

/** Every component of the deployment, resolved. The agent backend cannot use Sentinel: without `redis.agentUrl` it and its sandbox are off. */
export function plannedComponents(deployment: Deployment): Readonly<Record<ComponentName, PlannedComponent>> {
  const planned = COMPONENTS.map((name) => [name, planComponent(deployment, name)] as const);
  return Object.fromEntries(planned) as Record<ComponentName, PlannedComponent>;
}

function planComponent(deployment: Deployment, name: ComponentName): PlannedComponent {
  const size = SIZES[deployment.tier][name];
  const over = deployment.components[name] ?? {};
  return {
    enabled: (over.enabled ?? size.enabled) && !(isAgentPart(name) && !agentHasRedis(deployment)),
    replicas: over.replicas ?? size.replicas,
    requests: { ...size.requests, ...defined(over.resources?.requests) },
    limits: { ...size.limits, ...defined(over.resources?.limits) },
    extraEnv: over.extraEnv ?? {},
    nodeSelector: over.nodeSelector ?? {},
    priorityClassName: over.priorityClassName,
  };
}

/** True where the agent backend has a plain Redis to stand on: redis-py opens redis, rediss and unix URLs, never sentinel ones. */
function agentHasRedis(deployment: Deployment): boolean {
  const { redis } = deployment;
  return redis.mode === 'bundled' || redis.topology === 'standalone' || redis.agentUrl !== undefined;
}

function isAgentPart(name: ComponentName): boolean {
  return name === 'agentBackend' || name === 'localSandbox';
}

function defined<T extends object>(amounts: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(amounts ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
