import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckReport, CheckResult } from './check.ts';

/** What decides whether a result blocks, besides the result: the tier and `--fail-on`. */
type Strictness = Pick<CheckReport, 'tier' | 'failOn'>;

/** Exit code of a report: 3 for preflight or 5 for postflight if a result blocks, else `EXIT.done`. */
export function reportExitCode(report: CheckReport): ExitCode {
  if (!isBlocked(report)) return EXIT.done;
  return report.phase === 'preflight' ? EXIT.preflight : EXIT.postflight;
}

/** True if a result of the report blocks the operation. */
export function isBlocked(report: CheckReport): boolean {
  return report.checks.some((check) => blocks(check, report));
}

/**
 * True if this result alone blocks the operation: a `fail`; in prod an `unknown` of severity error; with
 * `--fail-on warn` every `warn` and `unknown` too, except a risk that the file accepts.
 */
export function blocks({ status, severity, accepted }: CheckResult, { tier, failOn }: Strictness): boolean {
  if (status === 'fail') return true;
  if (failOn === 'warn' && (status === 'warn' || status === 'unknown')) return accepted === undefined;
  return status === 'unknown' && severity === 'error' && tier === 'prod';
}
