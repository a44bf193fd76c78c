import { COMPONENTS, type ComponentName } from '../checklist/components.ts';
import { type PlannedComponent, plannedComponents } from '../deployment/components.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../evidence/rendered/set.ts';
import type { JudgeContext } from './check.ts';
import { deploymentOf } from './judgement.ts';

/** Every component as it will run. */
export type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/**
 * Every component as it is rendered: chart defaults, `extraValues` and a chart of one's own count. Of an autoscaler, `least` is how few replicas it
 * leaves and `most` how many it makes. Where nothing could be rendered, the file counts. A check that calls this lists RENDERED_OBJECTS in `wants`.
 */
export function plannedOf(context: JudgeContext, count: 'least' | 'most' = 'least'): Planned {
  const planned = plannedComponents(deploymentOf(context));
  const set = context.optionalEvidence(RENDERED_OBJECTS)?.data;
  if (set === undefined || set.workloads.every(({ component }) => component === undefined)) return planned;
  return Object.fromEntries(COMPONENTS.map((name) => [name, asRendered(name, planned[name], set, count)])) as Planned;
}

function asRendered(
  name: ComponentName,
  planned: PlannedComponent,
  { workloads, autoscalers }: RenderedSet,
  count: 'least' | 'most',
): PlannedComponent {
  const found = workloads.find(({ component }) => component === name);
  if (found === undefined) return { ...planned, enabled: false };
  const scaler = autoscalers.find(({ scales }) => scales?.workload === found.name)?.scales;
  return {
    ...planned,
    enabled: true,
    replicas: scaler?.[count] ?? found.replicas,
    extraEnv: { ...planned.extraEnv, ...found.settings },
  };
}
