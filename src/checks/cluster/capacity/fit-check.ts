import { formatBytes, formatCpu } from '../../../base/quantity.ts';
import { CLUSTER_AUTOSCALER } from '../../../evidence/cluster/autoscaler.ts';
import { CLUSTER_NODES } from '../../../evidence/cluster/nodes.ts';
import { CLUSTER_PODS } from '../../../evidence/cluster/pods.ts';
import { RENDERED_OBJECTS, type RenderedSet } from '../../../evidence/rendered/set.ts';
import type { Check, JudgeContext, Judgement } from '../../check.ts';
import { counted, finding, groupBy, listed, pass } from '../../judgement.ts';
import { error, onKubernetesWithFile } from '../../when.ts';
import type { PodToPlace } from './bin-packing.ts';
import { type FitFailure, type FitQuestion, findFitFailure, freeNodes, plannedPods } from './fit.ts';
import { fittingMaxima, maxima, withReplicas } from './maxima.ts';
import { reachableNodes, unusableNodes } from './nodes.ts';

export const capacityFit: Check = {
  id: 'cluster.capacity.fit',
  title: 'every planned pod fits into the free capacity, in prod also after the loss of a node or zone',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_NODES, CLUSTER_PODS, RENDERED_OBJECTS],
  optional: [CLUSTER_AUTOSCALER],
  remedy: 'add a node, or plan fewer replicas or smaller requests (components.<name>)',
  judge: (context) => {
    const all = context.evidence(CLUSTER_NODES);
    const unusable = unusableNodes(context, all);
    const nodes = all.filter((node) => !unusable.has(node.name));
    const pods = context.evidence(CLUSTER_PODS);
    const planned = context.evidence(RENDERED_OBJECTS);
    const loseAnyNode = context.tier === 'prod';
    const loseAnyZone = loseAnyNode && declaredZones(context) > 1;
    const question = { nodes, pods, planned, loseAnyNode, loseAnyZone };
    const failure = findFitFailure(question);
    const lossWords = loseAnyZone
      ? ' after the loss of any node or zone'
      : loseAnyNode
        ? ' after the loss of any node'
        : '';
    const expected = `${counted(plannedPods(planned).length, 'pod')} fit${lossWords}`;
    const reachable = reachableNodes(context.deployment, context.optionalEvidence(CLUSTER_AUTOSCALER)?.data) ?? 0;
    const mayGrow = reachable > nodes.length;
    if (failure !== undefined) return judgeFitFailure(failure, expected, mayGrow);
    const beyond = judgeMaxima(question, expected, mayGrow);
    if (beyond !== undefined) return beyond;
    const asked = total(plannedPods(planned));
    const free = total(freeNodes(nodes, pods).map((one) => one.free));
    return pass(`fits${lossWords}: requests ${amount(asked)} of ${amount(free)} free`, expected);
  },
};

/** A warning if an autoscaler may add nodes: then the nodes of today do not prove that there is no room. */
function judgeFitFailure(failure: FitFailure, expected: string, mayGrow: boolean, message?: string): Judgement {
  const said = { ...describe(failure), expected, ...(message === undefined ? {} : { message }) };
  if (!mayGrow) return finding('fail', said);
  const remedy = 'make sure that the node group can grow to this size';
  return finding('warn', { ...said, message: `${said.message}; an autoscaler may add nodes`, remedy });
}

/**
 * A warning if the pods do not fit once the autoscalers reach their maxima. It names maxima that fit. Undefined if they
 * fit, or if there is no autoscaler.
 */
function judgeMaxima(question: FitQuestion, expected: string, mayGrow: boolean): Judgement | undefined {
  const { planned } = question;
  const most = maxima(planned);
  if (most.size === 0) return undefined;
  const failure = findFitFailure({ ...question, planned: withReplicas(planned, most) });
  if (failure === undefined) return undefined;
  const { observed } = describe(failure);
  const message = `at the maxima of the autoscalers, ${observed}`;
  if (mayGrow) return judgeFitFailure(failure, expected, true, message);
  const words = [...(fittingMaxima(question) ?? [])].map(([name, count]) => `${settingOf(planned, name)} to ${count}`);
  const remedy = words.length === 0 ? 'add a node' : `set ${listed(words)}, or add nodes`;
  return finding('warn', { observed: message, expected, message, remedy });
}

/** The field of the file that holds a workload's maximum, or the name of the workload if it is not of Dify. */
function settingOf({ workloads }: RenderedSet, name: string): string {
  const component = workloads.find((one) => one.name === name)?.component;
  return component === undefined ? `the maximum of ${name}` : `components.${component}.autoscaling.maxReplicas`;
}

/** The number of zones in the recovery plan, one of which may be lost; 1 if none is declared. */
export function declaredZones({ deployment }: JudgeContext): number {
  return deployment?.recovery?.topology?.zones ?? 1;
}

function describe({ lost, unplaced }: FitFailure): {
  readonly observed: string;
  readonly message: string;
  readonly remedy: string;
} {
  const groups = [...groupBy(unplaced, (pod) => pod.name)];
  const words = listed(groups.map(([name, list]) => `${list.length} × ${name}`));
  if (lost?.kind === 'rollout') return describeRollout(lost.name, unplaced.length);
  const when = lost === undefined ? '' : `if ${lost.kind} ${lost.name} is lost, `;
  const observed = `${when}${words} do not fit (${amount(total(unplaced))})`;
  const where = lost?.kind === 'zone' ? 'in another zone' : 'of the class';
  return { observed, message: observed, remedy: `add a node ${where}, or plan fewer replicas or smaller requests` };
}

function describeRollout(name: string, count: number): ReturnType<typeof describe> {
  const observed = `a rolling update of ${name} has no node for ${counted(count, 'additional pod')}`;
  return {
    observed,
    message: `${observed}: no two of its pods may share a node`,
    remedy: 'add a node, or set spread of the component to soft',
  };
}

function total(list: readonly Pick<PodToPlace, 'cpu' | 'memory'>[]): { readonly cpu: number; readonly memory: number } {
  return list.reduce(
    (sum, { cpu, memory }) => ({ cpu: sum.cpu + Math.max(0, cpu), memory: sum.memory + Math.max(0, memory) }),
    {
      cpu: 0,
      memory: 0,
    },
  );
}

function amount({ cpu, memory }: { readonly cpu: number; readonly memory: number }): string {
  return `${formatCpu(cpu)}, ${formatBytes(memory)}`;
}
