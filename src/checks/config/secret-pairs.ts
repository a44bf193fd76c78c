import { isObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { error, withFile } from '../when.ts';

export type Side = readonly [component: ComponentName, variable: string];

/** One secret under several names: a change for one component must be made for all (Dify 1.16, plugin daemon 0.6). */
export const PAIRS: readonly (readonly Side[])[] = [
  [
    ['api', 'PLUGIN_DAEMON_KEY'],
    ['worker', 'PLUGIN_DAEMON_KEY'],
    ['pluginDaemon', 'SERVER_KEY'],
    ['agentBackend', 'DIFY_AGENT_PLUGIN_DAEMON_API_KEY'],
  ],
  [
    ['api', 'INNER_API_KEY_FOR_PLUGIN'],
    ['worker', 'INNER_API_KEY_FOR_PLUGIN'],
    ['pluginDaemon', 'DIFY_INNER_API_KEY'],
    ['agentBackend', 'DIFY_AGENT_INNER_API_KEY'],
  ],
  [
    ['api', 'CODE_EXECUTION_API_KEY'],
    ['worker', 'CODE_EXECUTION_API_KEY'],
    ['sandbox', 'API_KEY'],
  ],
  [
    ['api', 'AGENT_BACKEND_API_TOKEN'],
    ['worker', 'AGENT_BACKEND_API_TOKEN'],
    ['agentBackend', 'DIFY_AGENT_API_TOKEN'],
  ],
  [
    ['agentBackend', 'DIFY_AGENT_SHELLCTL_AUTH_TOKEN'],
    ['localSandbox', 'SHELLCTL_AUTH_TOKEN'],
  ],
  [
    ['api', 'SECRET_KEY'],
    ['worker', 'SECRET_KEY'],
    ['beat', 'SECRET_KEY'],
    ['apiWebsocket', 'SECRET_KEY'],
  ],
];

export const secretPairs: Check = {
  id: 'config.secret-pairs',
  title: 'a key that components share is overridden for all of them or for none',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [],
  remedy:
    'remove these variables, because difyctl sets one value for all components; set the reference under `secrets` instead',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const expected = 'the same value for every component';
    const broken = PAIRS.flatMap((sides) => brokenPair(sides, deployment));
    if (broken.length === 0) return pass('no shared key is overridden for only one component', expected);
    return finding('fail', { observed: broken.join('; '), expected });
  },
};

function brokenPair(sides: readonly Side[], deployment: Deployment): readonly string[] {
  const planned = plannedComponents(deployment);
  const enabled = sides.filter(([component]) => planned[component].enabled);
  const values = enabled.map(([component, variable]) => overrideOf(deployment, component, variable));
  if (new Set(values).size < 2) return [];
  const changed = enabled
    .filter((_, index) => values[index] !== undefined)
    .map(([component, variable]) => `${variable} of ${component}`);
  const others = enabled
    .filter((_, index) => values[index] === undefined)
    .map(([component, variable]) => `${variable} of ${component}`);
  const rest = others.length === 0 ? 'each with another value' : `and ${listed(others)} not`;
  return [`${listed(changed)} overridden, ${rest}`];
}

/** What the file sets for a variable of one component, as text to compare; undefined if the renderer sets it. */
function overrideOf(
  { components, extraValues }: Deployment,
  component: ComponentName,
  variable: string,
): string | undefined {
  const plain = components[component]?.extraEnv?.[variable];
  const block = extraValues[component];
  const list: readonly unknown[] = isObject(block) && Array.isArray(block.extraEnv) ? block.extraEnv : [];
  const item = list.filter(isObject).find(({ name }) => name === variable);
  return item === undefined ? plain : JSON.stringify(item.value ?? item.valueFrom);
}
