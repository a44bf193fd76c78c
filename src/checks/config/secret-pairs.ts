import { isObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { type KeySide, SHARED_KEYS } from '../../checklist/shared-keys.ts';
import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { error, withFile } from '../when.ts';

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
    const broken = SHARED_KEYS.flatMap((sides) => brokenPair(sides, deployment));
    if (broken.length === 0) return pass('no shared key is overridden for only one component', expected);
    return finding('fail', { observed: broken.join('; '), expected });
  },
};

function brokenPair(sides: readonly KeySide[], deployment: Deployment): readonly string[] {
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
