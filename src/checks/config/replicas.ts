import type { ComponentName } from '../../checklist/components.ts';
import { SINGLE_REPLICA } from '../../checklist/sizing.ts';
import { plannedPools } from '../../deployment/worker-pools.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { plannedOf } from '../planned.ts';
import { errorInProd, withFile } from '../when.ts';

/**
 * Stateless components that can run more than once, by target. On Compose, nginx and the proxies own a port or a name.
 */
const SCALED: Readonly<Record<'kubernetes' | 'compose', readonly ComponentName[]>> = {
  kubernetes: ['api', 'worker', 'web', 'sandbox', 'ssrfProxy', 'agentBackend', 'proxy'],
  compose: ['api', 'worker', 'web', 'sandbox'],
};

export const configReplicas: Check = {
  id: 'config.replicas',
  title: 'every component has more than one replica, unless it supports only one',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'set components.<name>.replicas to 2 or more',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const planned = plannedOf(context);
    const expected =
      'two or more replicas of each stateless component, and one of each component that supports only one';
    const doubled = (Object.keys(SINGLE_REPLICA) as ComponentName[]).filter(
      (name) => planned[name].enabled && planned[name].replicas > 1,
    );
    if (doubled.length > 0) {
      const words = doubled.map((name) => `${planned[name].replicas} × ${name}: ${SINGLE_REPLICA[name]}`);
      const remedy = `set ${listed(doubled.map((name) => `components.${name}.replicas`))} to 1`;
      return finding('fail', { observed: listed(words), expected, remedy });
    }
    const components = SCALED[deployment.target.type].filter(
      (name) => planned[name].enabled && planned[name].replicas < 2,
    );
    const pools = plannedPools(deployment).filter(({ replicas }) => replicas < 2);
    const single = [...components, ...pools.map(({ name }) => `worker.pools.${name}`)];
    if (single.length === 0) return pass('two or more replicas of each stateless component', expected);
    return finding('fail', {
      observed: `one replica of ${listed(single)}`,
      expected,
      message: `only one replica of ${listed(single)}: its loss is an outage`,
      remedy: `set ${listed(single.map((name) => `components.${name}.replicas`))} to 2 or more`,
    });
  },
};
