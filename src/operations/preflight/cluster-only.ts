import { refuseInapplicable } from '../../checks/applicable.ts';
import { runChecksUnder } from '../../checks/policy/run.ts';
import { CHECKS } from '../../checks/registry.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { originOf } from './evidence-origin.ts';
import type { PreflightOptions, PreflightOutcome, PreflightRun } from './options.ts';
import { runWithWait } from './wait-loop.ts';
import { bareContext, policyOverride, tierOf } from './without-file.ts';

/**
 * Runs preflight without a file: checks the current cluster against the checklist of `--tier`. Throws UserError without
 * a tier.
 */
export async function preflightClusterOnly(
  run: PreflightRun,
  options: PreflightOptions,
  { runner, kubeArgs, reads }: ClusterAccess,
): Promise<PreflightOutcome> {
  const tier = await tierOf(run);
  refuseInapplicable(CHECKS, ['preflight'], options.only, { deployment: undefined, tier });
  const context = { ...bareContext(run, tier), runner, kubeArgs };
  const policy = await policyOverride(run);
  const { origin } = await originOf(context, { ...options, given: [] });
  const checked = await runWithWait(run, options, [], (pass) =>
    runChecksUnder(policy, {
      ...{ phase: 'preflight', checks: CHECKS, collectors: COLLECTORS, timeoutMs: run.timeoutMs },
      ...{ context, reads, failOn: options.failOn },
      ...pass,
    }),
  );
  return { run: checked, deployment: undefined, redact: (text) => text, notes: [], origin };
}
