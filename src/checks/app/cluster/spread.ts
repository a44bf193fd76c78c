import { mostReplicas, plannedComponents } from '../../../deployment/components.ts';
import { APP_PROCESSES, type AppProcess } from '../../../evidence/app/inside/processes.ts';
import { type PlannedWorkload, RENDERED_OBJECTS } from '../../../evidence/rendered/set.ts';
import type { Check, Judgement, Observation } from '../../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../../when.ts';

const NODE = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const EXPECTED = 'replicas on more than one node, and in more than one zone if the plan has zones';

/** Checks that the loss of one node or zone does not stop a component whose replicas were rendered to be spread. */
export const appSpread: Check = {
  id: 'app.spread',
  title: 'the replicas run on different nodes and zones, as rendered',
  phases: ['postflight'],
  severity: errorInProdElseWarning,
  when: whereFile(
    (deployment) =>
      deployment.target.type === 'kubernetes' &&
      Object.values(plannedComponents(deployment)).some((planned) => planned.enabled && mostReplicas(planned) > 1),
  ),
  requires: [RENDERED_OBJECTS, APP_PROCESSES],
  remedy: 'kubectl get pods -o wide shows the nodes; delete pods one at a time: the scheduler places each anew',
  judge: (context) => {
    const { workloads } = context.evidence(RENDERED_OBJECTS);
    const processes = context.evidence(APP_PROCESSES);
    const zones = deploymentOf(context).recovery?.topology?.zones ?? 1;
    const observations = workloads.flatMap((workload) => observe(workload, processes, zones));
    const wrong = observations.filter(({ status }) => status === 'fail');
    if (wrong.length > 0) {
      const observed = some(wrong.map((one) => `${one.subject}: ${one.observed}`));
      return { ...finding('fail', { observed, expected: EXPECTED }), observations };
    }
    return { ...spreadPass(observations), observations };
  },
};

function spreadPass(observations: readonly Observation[]): Judgement {
  if (observations.length === 0) return pass('no workload is rendered to be spread', EXPECTED);
  return pass(`${counted(observations.length, 'workload')} spread`, EXPECTED);
}

/** One observation of a workload that is rendered to be spread and has several pods; otherwise none. */
function observe(
  { name, component, pool, spread = [] }: PlannedWorkload,
  processes: readonly AppProcess[],
  zones: number,
): readonly Observation[] {
  const pods = processes.filter((one) => one.component === component && one.pool === pool && one.node !== '');
  const over = (key: string) => spread.find(({ topologyKey }) => topologyKey === key);
  const node = over(NODE);
  if (pods.length < 2 || component === undefined || spread.length === 0) return [];
  const nodes = namesOf(pods.map((pod) => pod.node));
  const found = namesOf(pods.map((pod) => pod.zone));
  const words = `${counted(pods.length, 'pod')} on ${counted(nodes.length, 'node')}`;
  const observation = (status: 'pass' | 'fail', observed: string, expected: string): readonly Observation[] => [
    { subject: name, from: 'local', status, observed, expected },
  ];
  if (node !== undefined && nodes.length === 1) {
    return observation('fail', `all ${pods.length} pods on node ${nodes[0]}`, 'at least 2 nodes');
  }
  if (node?.isRequired === true && nodes.length < pods.length) {
    return observation('fail', words, `${counted(pods.length, 'node')}, as required`);
  }
  if (over(ZONE) !== undefined && zones > 1 && found.length === 1) {
    return observation('fail', `all ${pods.length} pods in zone ${found[0]}`, 'at least 2 zones');
  }
  return observation('pass', found.length === 0 ? words : `${words} in ${counted(found.length, 'zone')}`, EXPECTED);
}

function namesOf(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== ''))];
}
