import {
  AUDIT_BUDGETS,
  AUDIT_PODS,
  AUDIT_POLICIES,
  AUDIT_SCALERS,
  AUDIT_WORKLOADS,
  type AuditedWorkload,
} from '../../../evidence/audit/facts.ts';
import { CLUSTER_NODES } from '../../../evidence/cluster/nodes.ts';
import type { JudgeContext } from '../../check.ts';
import { counted, finding, pass, some } from '../../judgement.ts';
import { errorInProd, infoInTest } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { isCompose, leastCopies, named, running, scalersOf, workloadsOf } from '../context.ts';
import { notOnCompose } from '../skipped.ts';

/** Workloads of Dify with more than one copy: what a budget and a spread protect. */
function replicated(context: JudgeContext): readonly AuditedWorkload[] {
  const scalers = scalersOf(context);
  return workloadsOf(context).filter((one) => one.component !== undefined && leastCopies(one, scalers) > 1);
}

export const auditBudgets = auditCheck({
  id: 'config.budgets',
  title: 'a disruption budget protects every replicated component',
  severity: infoInTest,
  risk: 5,
  change: 'renders a PodDisruptionBudget for every component with more than one replica',
  requires: [AUDIT_WORKLOADS, AUDIT_BUDGETS],
  optional: [AUDIT_SCALERS],
  remedy: 'create a PodDisruptionBudget with maxUnavailable: 1 for each',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('node drains');
    const protectedNames = new Set(context.evidence(AUDIT_BUDGETS).flatMap(({ workloads }) => workloads));
    const several = replicated(context);
    const expected = 'a budget for each component with several copies';
    if (several.length === 0) {
      return finding('warn', {
        observed: 'nothing runs more than once, so that no budget can help',
        expected,
        message: 'no component runs more than once: a node drain is an outage, and no budget can prevent it',
        remedy: 'raise the replicas first (config.replicas), then create the budgets',
      });
    }
    const bare = several.filter(({ name }) => !protectedNames.has(name));
    if (bare.length === 0) return pass(`${counted(several.length, 'component')} protected`, expected);
    return finding('warn', {
      observed: `no budget: ${some(bare.map(named), 8)}`,
      expected,
      message: `no disruption budget for ${some(bare.map(named), 8)}: a node drain may take all copies at once`,
    });
  },
});

export const auditSpread = auditCheck({
  id: 'config.spread',
  title: 'copies of a component are on different nodes',
  severity: errorInProd,
  risk: 6,
  change: 'renders anti-affinity by node and zone for every component with more than one replica',
  requires: [AUDIT_WORKLOADS],
  optional: [AUDIT_SCALERS, AUDIT_PODS, CLUSTER_NODES],
  remedy: 'add podAntiAffinity by kubernetes.io/hostname, or a topology spread constraint, then restart the pods',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('several nodes');
    const several = replicated(context);
    const expected = 'each copy on another node';
    const pods = context.optionalEvidence(AUDIT_PODS)?.data ?? [];
    const nodes = context.optionalEvidence(CLUSTER_NODES)?.data?.length;
    const crowded = several.flatMap((one) => {
      const own = pods.find(({ workload }) => workload === one.name)?.nodes ?? [];
      return own.length > 1 && new Set(own).size === 1
        ? [`${counted(own.length, 'pod')} of ${one.name} on node ${own[0]}`]
        : [];
    });
    if (crowded.length > 0 && nodes !== 1) {
      return finding('fail', {
        observed: some(crowded),
        expected,
        message: `${some(crowded)}: the loss of one node is an outage`,
      });
    }
    const loose = several.filter(({ isSpread }) => !isSpread);
    if (loose.length > 0) {
      return finding('warn', {
        observed: `no anti-affinity and no spread constraint: ${some(loose.map(named), 8)}`,
        expected,
        message: `no rule spreads the copies of ${some(loose.map(named), 8)}: after a roll-out all of them may be on one node`,
      });
    }
    return pass(`${counted(several.length, 'component')} spread`, expected);
  },
});

export const auditNetworkPolicies = auditCheck({
  id: 'config.network-policies',
  title: 'network policies limit what code of users can reach',
  severity: infoInTest,
  risk: 5,
  change:
    'renders network policies, so that sandbox, plugins and agent shell reach neither the cluster nor the data services',
  requires: [AUDIT_WORKLOADS, AUDIT_POLICIES],
  remedy: 'create a NetworkPolicy with policyTypes: [Egress] for each; something in the cluster must enforce it',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('network policies');
    const limited = new Set(context.evidence(AUDIT_POLICIES).flatMap(({ workloads }) => workloads));
    const foreign = running(context, 'sandbox', 'pluginDaemon', 'localSandbox');
    const open = foreign.filter(({ name }) => !limited.has(name));
    const expected = 'a policy for each process that runs code of users';
    if (open.length === 0) return pass(`policies for ${counted(foreign.length, 'workload')}`, expected);
    return finding('warn', {
      observed: `no policy: ${some(open.map(named))}`,
      expected,
      message: `no network policy limits ${some(open.map(named))}: code of users reaches the cluster API, cloud metadata and the data services`,
    });
  },
});

export const auditTokens = auditCheck({
  id: 'config.service-account-tokens',
  title: 'no process of Dify holds a token of the cluster API',
  severity: infoInTest,
  risk: 3,
  change: 'uses no token of the cluster API in any component',
  requires: [AUDIT_WORKLOADS, AUDIT_PODS],
  remedy: 'set automountServiceAccountToken: false on the service account of these pods',
  judge: (context) => {
    if (isCompose(context)) return notOnCompose('service accounts');
    const holders = context
      .evidence(AUDIT_PODS)
      .filter(({ hasToken }) => hasToken)
      .map(({ workload }) => workload)
      .filter((name) => workloadsOf(context).some((one) => one.name === name && one.component !== undefined));
    const expected = 'no token in pods of Dify';
    if (holders.length === 0) return pass('no token is mounted', expected);
    return finding('warn', {
      observed: `a token is mounted in ${some(holders, 8)}`,
      expected,
      message: `a token of the cluster API is mounted in ${some(holders, 8)}: code that breaks out of Dify can use it`,
    });
  },
});
