import { COMPONENTS, type ComponentName } from '../checklist/components.ts';
import { mostComponents, type PlannedComponent, plannedComponents } from '../deployment/components.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../evidence/rendered/set.ts';
import type { JudgeContext } from './check.ts';
import { deploymentOf } from './judgement.ts';

/** Every component as it is planned to run. */
export type Planned = Readonly<Record<ComponentName, PlannedComponent>>;

/**
 * Every component as rendered, with chart defaults, `extraValues` and a custom chart. If a component has an autoscaler,
 * `least` is its smallest number of replicas and `most` its largest. If nothing could be rendered, the file alone is
 * used. A check that calls this lists RENDERED_OBJECTS in `optional`.
 */
export function plannedOf(context: JudgeContext, count: 'least' | 'most' = 'least'): Planned {
  const planned = plannedComponents(deploymentOf(context));
  const set = context.optionalEvidence(RENDERED_OBJECTS)?.data;
  if (set === undefined || set.workloads.every(({ component }) => component === undefined)) {
    return count === 'least' ? planned : mostComponents(planned);
  }
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
