import { parseQuantity } from '../../../base/quantity.ts';
import { COMPONENTS, type ComponentName } from '../../../checklist/components.ts';
import { type SizeChoice, sizeOf } from '../../../checklist/default-sets.ts';
import { AUTOSCALED, SINGLE_REPLICA } from '../../../checklist/sizing.ts';
import { absentComponents } from '../../../versions/known-releases.ts';
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
    target.type === 'compose' ? COMPONENTS.flatMap((name) => clusterOnly(name, components[name])) : [],
  ),
  rule(['components', 'tier', 'defaults'], ({ components, tier, defaults }) =>
    COMPONENTS.map((name) => autoscalingFault(name, components[name], { tier, defaults })),
  ),
  rule(['components', 'tier', 'defaults'], ({ components, tier, defaults }) =>
    COMPONENTS.flatMap((name) =>
      (['cpu', 'memory'] as const).flatMap((kind) => requestAboveLimit(name, kind, components, { tier, defaults })),
    ),
  ),
];

type Components = Deployment['components'];

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
  choice: SizeChoice,
): Finding | false | undefined {
  const path = `components.${name}.autoscaling`;
  if (over?.autoscaling === undefined) return undefined;
  if (!AUTOSCALED.includes(name)) return problem(path, `only for ${AUTOSCALED.join(', ')}: the chart scales no other`);
  const least = over.replicas ?? sizeOf(choice, name).replicas;
  const { maxReplicas } = over.autoscaling;
  return maxReplicas < least && problem(`${path}.maxReplicas`, `at least ${least}, which is the minimum (replicas)`);
}

/** Settings that only a cluster has. */
const CLUSTER_ONLY = ['autoscaling', 'tolerations', 'affinity', 'spread'] as const;

function clusterOnly(name: ComponentName, over: Components[ComponentName]): readonly (Finding | false)[] {
  return CLUSTER_ONLY.map(
    (key) =>
      over?.[key] !== undefined &&
      problem(`components.${name}.${key}`, 'not supported on compose, which runs on one host'),
  );
}

/**
 * The problem of a request above its limit, which Kubernetes refuses. A value that the file leaves out is the tier's.
 */
function requestAboveLimit(
  name: ComponentName,
  kind: 'cpu' | 'memory',
  components: Components,
  choice: SizeChoice,
): readonly Finding[] {
  const resources = components[name]?.resources;
  const size = sizeOf(choice, name);
  const request = resources?.requests?.[kind] ?? size.requests[kind];
  const limit = resources?.limits?.[kind] ?? size.limits[kind];
  if (parseQuantity(request) <= parseQuantity(limit)) return [];
  const side = resources?.requests?.[kind] === undefined ? 'limits' : 'requests';
  return [
    problem(`components.${name}.resources.${side}.${kind}`, `the request (${request}) is above the limit (${limit})`),
  ];
}
