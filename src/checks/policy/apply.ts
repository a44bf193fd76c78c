import { parseQuantity } from '../../base/quantity.ts';
import { NODE_CHECKLIST, type NodeRequirement } from '../../checklist/nodes.ts';
import type { Tier } from '../../checklist/tiers.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Policy } from '../../policy/schema.ts';
import type { Check, Judgement, Status } from '../check.ts';
import { capacityNodesOf } from '../cluster/capacity/nodes.ts';
import { matchesCheck } from '../select.ts';
import { policyRequirements } from './requirements.ts';

const GIB = 2 ** 30;

/** Applies a policy to the checks, in their order: its nodes, its requirements of the file, its severities. Pure. */
export function applyPolicy(
  checks: readonly Check[],
  policy: Policy,
  acceptedRisks: Deployment['acceptedRisks'],
): readonly Check[] {
  return checks.map((check) => withSeverity(replaced(check, policy, acceptedRisks), policy));
}

/** The last entry of the policy that sets the severity of a check; undefined if none does. */
export function policySeverity(id: string, { checks }: Policy): Policy['checks'][number] | undefined {
  return checks.findLast(({ check }) => matchesCheck(check, id));
}

/** The nodes that the policy requires; what it leaves out is as published. Undefined if it requires none. */
export function policyNodes({ nodes }: Policy, tier: Tier): NodeRequirement | undefined {
  if (nodes === undefined) return undefined;
  const published = NODE_CHECKLIST[tier];
  return {
    count: nodes.count ?? published.count,
    cpu: nodes.cpu ?? published.cpu,
    memoryGiB: nodes.memory === undefined ? published.memoryGiB : parseQuantity(nodes.memory) / GIB,
  };
}

function replaced(check: Check, policy: Policy, acceptedRisks: Deployment['acceptedRisks']): Check {
  if (check.id === 'config.policy') return policyRequirements(policy, acceptedRisks);
  if (check.id !== 'cluster.capacity.nodes' || policy.nodes === undefined) return check;
  const nodes = (tier: Tier): NodeRequirement => policyNodes(policy, tier) ?? NODE_CHECKLIST[tier];
  return capacityNodesOf({ test: nodes('test'), prod: nodes('prod') });
}

function withSeverity(check: Check, policy: Policy): Check {
  const severity = policySeverity(check.id, policy)?.severity;
  if (severity === undefined) return check;
  const changed = { ...check, severity: () => severity };
  // At error, a `warn` of the check itself becomes a `fail` and blocks an install too: that is the purpose of the
  // policy.
  return severity === 'error' ? { ...changed, judge: (context) => raised(check.judge(context)) } : changed;
}

function raised(judgement: Judgement): Judgement {
  const { observations } = judgement;
  return {
    ...judgement,
    status: raisedStatus(judgement.status),
    ...(observations === undefined
      ? {}
      : { observations: observations.map((one) => ({ ...one, status: raisedStatus(one.status) })) }),
  };
}

function raisedStatus(status: Status): Status {
  return status === 'warn' ? 'fail' : status;
}
