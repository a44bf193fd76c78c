import { UserError } from '../../base/errors.ts';
import type { LoadedPolicy } from '../../policy/load.ts';
import type { Policy } from '../../policy/schema.ts';
import type { CheckReport, CheckResult, PolicyFacts } from '../check.ts';
import { type CheckRun, type RunChecksOptions, runChecks } from '../engine.ts';
import { applyPolicy, policyNodes, policySeverity } from './apply.ts';
import { isNeverAccepted } from './requirements.ts';

/**
 * `runChecks` under a policy, if there is one: its requirements and severities replace the published ones, and the
 * report names it. Throws UserError also if the policy is for the other tier.
 */
export async function runChecksUnder(loaded: LoadedPolicy | undefined, options: RunChecksOptions): Promise<CheckRun> {
  if (loaded === undefined) return runChecks(options);
  const { policy } = loaded;
  const { context, checks } = options;
  refuseOtherTier(loaded, context.tier);
  const { deployment } = context;
  const risks = deployment?.acceptedRisks ?? [];
  const acceptedRisks = risks.filter(({ check }) => !isNeverAccepted(check, policy));
  const run = await runChecks({
    ...options,
    checks: applyPolicy(checks, policy, risks),
    context: { ...context, deployment: deployment && { ...deployment, acceptedRisks } },
  });
  return { ...run, report: reportUnder(loaded, run.report, options) };
}

function refuseOtherTier({ policy, file }: LoadedPolicy, tier: CheckReport['tier']): void {
  if (policy.tier === undefined || policy.tier === tier) return;
  throw new UserError(`policy ${policy.name} (${file}) is for ${policy.tier}, but this deployment is ${tier}`, {
    next: ['choose another policy with --policy, or remove tier from it'],
  });
}

function reportUnder({ policy, file }: LoadedPolicy, report: CheckReport, { checks }: RunChecksOptions): CheckReport {
  const own = new Map(checks.map((check) => [check.id, check.severity(report.tier)]));
  const results = report.checks.map((result): CheckResult => {
    const was = own.get(result.id);
    const reason = policySeverity(result.id, policy)?.reason;
    return was === undefined || reason === undefined ? result : { ...result, policy: { was, reason } };
  });
  return { ...report, policy: factsOf(policy, file, report.tier), checks: results };
}

function factsOf(policy: Policy, file: string, tier: CheckReport['tier']): PolicyFacts {
  const nodes = policyNodes(policy, tier);
  const { name } = policy;
  return nodes === undefined
    ? { name, file }
    : { name, file, nodes: `${nodes.count} × ${nodes.cpu}C/${nodes.memoryGiB}G` };
}
