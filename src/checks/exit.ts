import { EXIT, type ExitCode } from '../base/exit-codes.ts';
import type { CheckReport } from './check.ts';

/** Exit code of a report: a `fail`, and in prod an `unknown` of severity error, are a failed preflight (3) or postflight (5). */
export function reportExitCode(report: CheckReport): ExitCode {
  if (!isBlocked(report)) return EXIT.done;
  return report.phase === 'preflight' ? EXIT.preflight : EXIT.postflight;
}

/** True where the report forbids going on. */
export function isBlocked(report: CheckReport): boolean {
  return report.checks.some(
    ({ status, severity }) =>
      status === 'fail' || (status === 'unknown' && severity === 'error' && report.tier === 'prod'),
  );
}
