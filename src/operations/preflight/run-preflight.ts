import type { CheckRun, RunChecksOptions } from '../../checks/engine.ts';
import { runChecksUnder } from '../../checks/policy/run.ts';
import { CHECKS } from '../../checks/registry.ts';
import type { CollectContext } from '../../evidence/evidence.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import { openRelay } from '../../evidence/relay/open.ts';
import { collectContext } from '../collect-context.ts';
import { readPolicy } from '../policy.ts';
import type { PreparedDeployment } from '../prepare.ts';

export interface RunPreflightOptions
  extends Pick<RunChecksOptions, 'only' | 'skip' | 'failOn' | 'timeoutMs' | 'savedEvidence' | 'onEvent' | 'reads'>,
    Pick<CollectContext, 'env' | 'now' | 'signal' | 'deep'> {
  /** Where services are probed from. `cluster` creates a pod and deletes it again. Default: `local`. */
  readonly from?: CollectContext['from'];
}

/**
 * Runs the preflight checks of a prepared deployment under its policy. Throws UserError for an unknown id or an invalid
 * policy, Interrupted for an aborted signal.
 */
export async function runPreflight(prepared: PreparedDeployment, options: RunPreflightOptions): Promise<CheckRun> {
  const { env, now, signal, deep, from, ...rest } = options;
  const policy = await readPolicy(prepared.deployment.policy, prepared.baseDirectory);
  return runChecksUnder(policy, {
    phase: 'preflight',
    checks: CHECKS,
    collectors: COLLECTORS,
    context: { ...collectContext(prepared), env, now, signal, deep, relayed: from === 'cluster' },
    openRelay: from === 'cluster' ? openRelay : undefined,
    ...rest,
  });
}
