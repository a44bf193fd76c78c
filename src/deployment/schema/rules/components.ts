import { compact } from '../../../base/json.ts';
import { parseQuantity } from '../../../base/quantity.ts';
import { COMPONENTS, type ComponentName } from '../../../checklist/components.ts';
import { type SizeChoice, sizeOf } from '../../../checklist/default-sets.ts';
import { AUTOSCALED, type ComponentSize, SINGLE_REPLICA } from '../../../checklist/sizing.ts';
import { absentComponents } from '../../../versions/known-releases.ts';
import { replicasForLoad } from '../../load-replicas.ts';
import { type ComponentOverride, MOST_REPLICAS } from '../components.ts';
import type { Deployment } from '../deployment.ts';
import { type Finding, problem, type Rule, rule } from './rule.ts';

/** Dify does not run without these. */
const ESSENTIAL: readonly ComponentName[] = ['api', 'worker', 'beat', 'web'];

/** Rules for overrides of component sizes. */
export const COMPONENT_RULES: readonly Rule[] = [
  rule(['components'], ({ components }) => COMPONENTS.flatMap((name) => replicaFaults(name, components[name]))),
  rule(['components', 'version', 'target'], ({ components, version, target }) =>
    absentComponents(version, target.type).map(
      (name) =>
        components[name]?.enabled === true &&
        problem(`components.${name}.enabled`, `Dify ${version} has no such component on ${target.type}`),
    ),
  ),
  rule(['components', 'target'], ({ components, target }) =>
    target.type === 'compose' ? COMPONENTS.flatMap((name) => clusterOnly(`components.${name}`, components[name])) : [],
  ),
  rule(['components', 'tier', 'defaults', 'load'], ({ components, tier, defaults, load }) =>
    COMPONENTS.map((name) =>
      autoscalingFault(name, components[name], { tier, defaults, isLoadKnown: load?.concurrentUsers !== undefined }),
    ),
  ),
  rule(['components', 'tier', 'defaults', 'load', 'target'], ({ components, load, ...sections }) =>
    COMPONENTS.map((name) => loadFault(name, components[name], { ...sections, load })),
  ),
  rule(['components', 'tier', 'defaults'], ({ components, tier, defaults }) =>
    COMPONENTS.flatMap((name) =>
      requestsAboveLimits(`components.${name}`, components[name]?.resources, sizeOf({ tier, defaults }, name)),
    ),
  ),
];

type Components = Deployment['components'];
type Scaled = Pick<ComponentOverride, 'replicas' | 'autoscaling'>;

function replicaFaults(name: ComponentName, over: Components[ComponentName]): readonly (Finding | false)[] {
  if (over === undefined) return [];
  const reason = SINGLE_REPLICA[name];
  const replicas = over.replicas ?? 1;
  return [
    reason !== undefined && replicas > 1 && problem(`components.${name}.replicas`, `at most 1: ${reason}`),
    replicas === 0 &&
      problem(
        `components.${name}.replicas`,
        ESSENTIAL.includes(name) ? 'at least 1: Dify does not run without it' : 'to disable it, write enabled: false',
      ),
    over.enabled === false &&
      ESSENTIAL.includes(name) &&
      problem(`components.${name}.enabled`, 'Dify does not run without it'),
  ];
}

function autoscalingFault(
  name: ComponentName,
  over: Components[ComponentName],
  { isLoadKnown, ...choice }: SizeChoice & { readonly isLoadKnown: boolean },
): Finding | false | undefined {
  const path = `components.${name}.autoscaling`;
  if (over?.autoscaling === undefined) return undefined;
  if (!AUTOSCALED.includes(name)) return problem(path, `only for ${AUTOSCALED.join(', ')}: the chart scales no other`);
  if (over.autoscaling.maxReplicas === undefined && 'queueLength' in over.autoscaling)
    return problem(`${path}.maxReplicas`, 'missing: the load does not say how many tasks wait in the queues');
  if (over.autoscaling.maxReplicas === undefined && !isLoadKnown)
    return problem(`${path}.maxReplicas`, 'missing; it may be left out only if load.concurrentUsers decides it');
  return maximumFault(`components.${name}`, over, sizeOf(choice, name));
}

/** The problem of a load that needs more replicas than a component may have. */
function loadFault(
  name: ComponentName,
  over: Components[ComponentName],
  sections: SizeChoice & Pick<Deployment, 'load' | 'target' | 'defaults'>,
): Finding | false {
  const limits = { ...sizeOf(sections, name).limits, ...compact(over?.resources?.limits ?? {}) };
  const needed = replicasForLoad(sections, name, { limits, extraEnv: over?.extraEnv ?? {} }) ?? 0;
  const decided = over?.autoscaling === undefined ? over?.replicas : over.autoscaling.maxReplicas;
  return (
    decided === undefined &&
    needed > MOST_REPLICAS &&
    problem('load.concurrentUsers', `${name} would need ${needed} replicas; at most ${MOST_REPLICAS}`)
  );
}

/** The problem of a maximum below the minimum, which is `replicas`. */
export function maximumFault(path: string, over: Scaled, size: ComponentSize): Finding | false | undefined {
  if (over.autoscaling === undefined) return undefined;
  const least = over.replicas ?? size.replicas;
  const tooLow = `at least ${least}, which is the minimum (replicas)`;
  const most = over.autoscaling.maxReplicas ?? least;
  return most < least && problem(`${path}.autoscaling.maxReplicas`, tooLow);
}

/** Settings that only a cluster has. */
const CLUSTER_ONLY = ['autoscaling', 'tolerations', 'affinity', 'spread'] as const;
type Clustered = Pick<ComponentOverride, (typeof CLUSTER_ONLY)[number]>;

/** The problems of settings that Compose does not have. */
export function clusterOnly(path: string, over: Clustered | undefined): readonly (Finding | false)[] {
  return CLUSTER_ONLY.map(
    (key) => over?.[key] !== undefined && problem(`${path}.${key}`, 'not supported on compose, which runs on one host'),
  );
}

/**
 * The problems of requests above their limits, which Kubernetes refuses. A value that the file leaves out is the
 * tier's.
 */
export function requestsAboveLimits(
  path: string,
  resources: ComponentOverride['resources'],
  size: ComponentSize,
): readonly Finding[] {
  return (['cpu', 'memory'] as const).flatMap((kind) => {
    const request = resources?.requests?.[kind] ?? size.requests[kind];
    const limit = resources?.limits?.[kind] ?? size.limits[kind];
    if (parseQuantity(request) <= parseQuantity(limit)) return [];
    const side = resources?.requests?.[kind] === undefined ? 'limits' : 'requests';
    return [problem(`${path}.resources.${side}.${kind}`, `the request (${request}) is above the limit (${limit})`)];
  });
}
