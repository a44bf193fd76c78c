import type { CheckRun } from '../checks/engine.ts';
import { runChecksUnder } from '../checks/policy/run.ts';
import { CHECKS } from '../checks/registry.ts';
import { COLLECTORS } from '../evidence/registry.ts';
import { collectContext } from './collect-context.ts';
import { readPolicy } from './policy.ts';
import type { RunPreflightOptions } from './preflight/run-preflight.ts';
import type { PreparedDeployment } from './prepare.ts';

/**
 * Runs the postflight checks of an installed deployment. Throws UserError for an unknown id, Interrupted for an aborted
 * signal.
 */
export async function runPostflight(
  prepared: PreparedDeployment,
  options: Omit<RunPreflightOptions, 'from' | 'deep' | 'savedEvidence'>,
): Promise<CheckRun> {
  const { env, now, signal, ...rest } = options;
  const policy = await readPolicy(prepared.deployment.policy, prepared.baseDirectory);
  return runChecksUnder(policy, {
    phase: 'postflight',
    checks: CHECKS,
    collectors: COLLECTORS,
    context: { ...collectContext(prepared), env, now, signal },
    ...rest,
  });
}
