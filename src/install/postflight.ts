import { type CheckRun, runChecks } from '../checks/engine.ts';
import { CHECKS } from '../checks/registry.ts';
import { COLLECTORS } from '../evidence/registry.ts';
import { collectContext, type PreflightOptions } from './preflight.ts';
import type { Prepared, PreparedLook } from './prepare.ts';

/** Every postflight check of an installed deployment. Throws UserError for an unknown id, Interrupted for an aborted signal. */
export function runPostflight(
  prepared: Prepared | PreparedLook,
  options: Omit<PreflightOptions, 'from' | 'deep' | 'given'>,
): Promise<CheckRun> {
  const { env, now, signal, ...rest } = options;
  return runChecks({
    phase: 'postflight',
    checks: CHECKS,
    collectors: COLLECTORS,
    context: { ...collectContext(prepared), env, now, signal },
    ...rest,
  });
}
