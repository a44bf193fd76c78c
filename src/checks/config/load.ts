import { loadFigureOf } from '../../checklist/default-sets.ts';
import { coresNeeded, isSizedByLoad } from '../../checklist/load.ts';
import { replicasForLoad } from '../../deployment/load-replicas.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { figureWords, type ServedLoad, servedLoads, servedWords } from '../../deployment/served-load.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { type Planned, plannedOf } from '../planned.ts';
import { infoInTest, whereFile } from '../when.ts';

/** Compares the CPU of the planned replicas, at the maxima of autoscalers, with a published figure. */
export const configLoad: Check = {
  id: 'config.load',
  title: 'the planned replicas serve load.concurrentUsers',
  phases: ['preflight'],
  severity: infoInTest,
  when: whereFile(({ load }) => load?.concurrentUsers !== undefined),
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'raise the replicas, or the CPU limits, of the components that the message names',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const users = deployment.load?.concurrentUsers ?? 0;
    const planned = plannedOf(context, 'most');
    const loads = servedLoads(deployment, planned);
    const expected = `replicas for ${users} users at once (load.concurrentUsers)`;
    const few = loads.filter((one) => one.users < users);
    const figure = figureWords(deployment);
    if (few.length === 0) {
      const [first] = loads;
      const most = first === undefined ? 'nothing is planned' : `${servedWords(first)} serve about ${first.users}`;
      return pass(`${most} users at once (${figure})`, expected);
    }
    const observed = listed(few.map((one) => `${servedWords(one)} serve about ${one.users} users`));
    return finding('warn', {
      observed: `${observed} (${figure})`,
      expected,
      message: `${observed} at once, fewer than load.concurrentUsers (${users}); ${figure}`,
      remedy: `set ${listed(few.map((one) => suggestion(deployment, planned, one)))}`,
    });
  },
};

/** The field to raise so that the component serves the load, with its value. */
function suggestion(deployment: Deployment, planned: Planned, { component, replicas }: ServedLoad): string {
  if (isSizedByLoad(deployment.target.type, component)) {
    const count = replicasForLoad(deployment, component, planned[component]) ?? replicas;
    const isScaled = planned[component].autoscaling !== undefined;
    return `components.${component}.${isScaled ? 'autoscaling.maxReplicas' : 'replicas'} to ${count}`;
  }
  const needed = coresNeeded(loadFigureOf(deployment), component, deployment.load?.concurrentUsers ?? 0);
  return `components.${component}.resources.limits.cpu to ${Math.ceil(needed / Math.max(1, replicas))}`;
}
