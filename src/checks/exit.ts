import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { Tier } from '../checklist/tiers.ts';
import type { CheckReport, CheckResult } from './check.ts';

/** Exit code of a report: a `fail`, and in prod an `unknown` of severity error, are a failed preflight (3) or postflight (5). */
export function reportExitCode(report: CheckReport): ExitCode {
  if (!isBlocked(report)) return EXIT.done;
  return report.phase === 'preflight' ? EXIT.preflight : EXIT.postflight;
}

/** True where the report forbids going on. */
export function isBlocked({ checks, tier }: CheckReport): boolean {
  return checks.some((check) => blocks(check, tier));
}

/** True where this result alone forbids going on. */
export function blocks({ status, severity }: CheckResult, tier: Tier): boolean {
  return status === 'fail' || (status === 'unknown' && severity === 'error' && tier === 'prod');
}
