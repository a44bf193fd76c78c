import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckReport, CheckResult } from './check.ts';

/** What decides beside the result itself: the tier, and `--fail-on`. */
type Strictness = Pick<CheckReport, 'tier' | 'failOn'>;

/** Exit code of a report: a result that blocks is a failed preflight (3) or postflight (5). */
export function reportExitCode(report: CheckReport): ExitCode {
  if (!isBlocked(report)) return EXIT.done;
  return report.phase === 'preflight' ? EXIT.preflight : EXIT.postflight;
}

/** True where the report forbids going on. */
export function isBlocked(report: CheckReport): boolean {
  return report.checks.some((check) => blocks(check, report));
}

/**
 * True where this result alone forbids going on: a `fail`, and in prod an `unknown` of severity error; with `--fail-on warn` every `warn` and `unknown`
 * too, but no risk that the file accepts.
 */
export function blocks({ status, severity, accepted }: CheckResult, { tier, failOn }: Strictness): boolean {
  if (status === 'fail') return true;
  if (failOn === 'warn' && (status === 'warn' || status === 'unknown')) return accepted === undefined;
  return status === 'unknown' && severity === 'error' && tier === 'prod';
}
