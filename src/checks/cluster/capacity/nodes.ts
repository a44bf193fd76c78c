import { formatBytes, formatCpu } from '../../../base/quantity.ts';
import { shellWord } from '../../../base/shell-word.ts';
import { NODE_CHECKLIST, type NodeRequirement } from '../../../checklist/nodes.ts';
import type { Tier } from '../../../checklist/tiers.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { type AutoscalerFact, CLUSTER_AUTOSCALER } from '../../../evidence/cluster/autoscaler.ts';
import { CLUSTER_NODES, type NodeFact } from '../../../evidence/cluster/nodes.ts';
import { RENDERED_OBJECTS } from '../../../evidence/rendered/set.ts';
import type { Check, JudgeContext, Judgement } from '../../check.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { error, onKubernetes } from '../../when.ts';
import { countNodes, judgeNodes, type NodeCount, sum } from './nodes-rule.ts';
import { commonTolerations, whyUnusable } from './usable.ts';

/** The check with the nodes of the published checklist. */
export const capacityNodes: Check = capacityNodesOf(NODE_CHECKLIST);

/** The same check with other required nodes in place of the published ones. */
export function capacityNodesOf(checklist: Readonly<Record<Tier, NodeRequirement>>): Check {
  return {
    id: 'cluster.capacity.nodes',
    title: 'the cluster has the nodes of the published checklist',
    phases: ['preflight'],
    severity: error,
    when: onKubernetes,
    requires: [CLUSTER_NODES],
    optional: [CLUSTER_AUTOSCALER, RENDERED_OBJECTS],
    remedy: 'add nodes of the class',
    judge: (context) => {
      const { tier } = context;
      const nodes = context.evidence(CLUSTER_NODES);
      const reasons = unusableNodes(context, nodes);
      const count = countNodes(
        nodes.filter((node) => !reasons.has(node.name)),
        checklist[tier],
      );
      const autoscaler = context.optionalEvidence(CLUSTER_AUTOSCALER)?.data;
      const reachable = reachableNodes(context.deployment, autoscaler);
      const verdict = judgeNodes(count, tier, checklist[tier], reachable, picksSizes(nodes, autoscaler));
      const { expected, className } = expectation(tier, checklist[tier]);
      const observed = `${counted(count.ofClass.length, 'node')} of ${className}`;
      if (verdict === 'enough')
        return pass(
          `${count.ofClass.length} of ${counted(nodes.length, 'node is', 'nodes are')} ${className}`,
          expected,
        );
      if (verdict === 'enough-in-sum') {
        return finding('warn', { observed: `${observed}, ${inSum(count, tier)}`, expected });
      }
      if (verdict === 'may-grow') {
        return finding('warn', {
          observed: `${observed}; an autoscaler may add more`,
          expected,
          remedy: 'make sure that the node group can grow to this size, and that its nodes are of the class',
        });
      }
      return tooFew(observed, expected, count, reasons);
    },
  };
}

/** Name and reason of every node that cannot run pods of the deployment. */
export function unusableNodes(context: JudgeContext, nodes: readonly NodeFact[]): ReadonlyMap<string, string> {
  const planned = context.optionalEvidence(RENDERED_OBJECTS)?.data;
  const tolerations = commonTolerations(planned?.workloads.map(({ pod }) => pod) ?? []);
  return new Map(
    nodes.flatMap((node) => {
      const why = whyUnusable(node, tolerations);
      return why === undefined ? [] : [[node.name, why] as const];
    }),
  );
}

/** True if new nodes are sized for the pods: by Karpenter, or by GKE Autopilot, whose nodes are named `gk3-…`. */
function picksSizes(nodes: readonly NodeFact[], seen: AutoscalerFact | undefined): boolean {
  return seen?.karpenter === true || nodes.some(({ name }) => name.startsWith('gk3-'));
}

/**
 * How many nodes an autoscaler may reach: the declared limit, else infinity if an autoscaler was observed. Undefined if
 * there is none.
 */
export function reachableNodes(
  deployment: Deployment | undefined,
  seen: AutoscalerFact | undefined,
): number | undefined {
  const declared = deployment?.target.type === 'kubernetes' ? deployment.target.autoscaling?.maxNodes : undefined;
  if (declared !== undefined) return declared;
  return seen !== undefined && (seen.karpenter || seen.clusterAutoscaler === true)
    ? Number.POSITIVE_INFINITY
    : undefined;
}

function expectation(
  tier: Tier,
  { count, cpu, memoryGiB }: NodeRequirement,
): { readonly expected: string; readonly className: string } {
  const className = `${cpu}C/${memoryGiB}G`;
  return { expected: `${tier} needs ${count} of ${className}`, className };
}

function inSum({ ofClass, tooSmall }: NodeCount, tier: JudgeContext['tier']): string {
  const total = sum(tier === 'test' ? [...ofClass, ...tooSmall] : ofClass);
  return `${formatCpu(total.cpu)} and ${formatBytes(total.memory)} in total`;
}

function tooFew(observed: string, expected: string, count: NodeCount, reasons: ReadonlyMap<string, string>): Judgement {
  const small = count.tooSmall.map(
    ({ name, capacity }) => `${name} has ${formatCpu(capacity.cpu)} and ${formatBytes(capacity.memory)}`,
  );
  const why = [...[...reasons].map(([name, reason]) => `${name} ${reason}`), ...small];
  const cordoned = [...reasons].filter(([, reason]) => reason === 'is cordoned').map(([name]) => name);
  return finding('fail', {
    observed,
    expected,
    message: [`${observed}; ${expected}`, ...(why.length > 0 ? [some(why)] : [])].join('\n'),
    ...(cordoned.length > 0 ? { remedy: `kubectl uncordon ${cordoned.map(shellWord).join(' ')}` } : {}),
  });
}
