import type { CheckRun, RunChecksOptions } from '../checks/engine.ts';
import { runChecksUnder } from '../checks/policy/run.ts';
import { CHECKS } from '../checks/registry.ts';
import type { CollectContext } from '../evidence/evidence.ts';
import { dialHere } from '../evidence/probe/dial.ts';
import { COLLECTORS } from '../evidence/registry.ts';
import { openRelay } from '../evidence/relay/open.ts';
import { readPolicy } from './policy.ts';
import type { Prepared, PreparedLook } from './prepare.ts';

export interface PreflightOptions
  extends Pick<RunChecksOptions, 'only' | 'skip' | 'failOn' | 'timeoutMs' | 'given' | 'onEvent'>,
    Pick<CollectContext, 'env' | 'now' | 'signal' | 'deep'> {
  /** From where services are looked at; `cluster` makes a pod there and removes it again. Default: from here. */
  readonly from?: CollectContext['from'];
}

/** Every preflight check of a prepared deployment, under its policy. Throws UserError for an unknown id or a wrong policy, Interrupted for an aborted signal. */
export async function runPreflight(prepared: Prepared | PreparedLook, options: PreflightOptions): Promise<CheckRun> {
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

/** What collectors see of a prepared deployment, in both phases. */
export function collectContext(prepared: Prepared | PreparedLook): Omit<CollectContext, 'env' | 'now' | 'signal'> {
  const { deployment, secrets, rendered, chart, kubeArgs, baseDirectory, runner } = prepared;
  return {
    tier: deployment.tier,
    deployment,
    secrets,
    rendered,
    chart: chart?.reference,
    renderFault: 'fault' in prepared ? prepared.fault?.message : undefined,
    kubeArgs,
    baseDirectory,
    runner,
    dial: dialHere,
    from: 'local',
  };
}
