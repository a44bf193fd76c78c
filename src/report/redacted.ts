import { oneLine, printable, withoutRunnerCommands } from '../base/printable.ts';
import type { Redact } from '../base/redact.ts';
import type { CheckReport, CheckResult, Observation } from '../checks/check.ts';

/**
 * Redacts every text of the report that may contain observed values, and makes it printable. Call before a format
 * escapes or folds texts: the redactor does not know an escaped secret. Ids and statuses are unchanged.
 */
export function redactedReport(report: CheckReport, redact: Redact): CheckReport {
  const { policy, audit } = report;
  // Redact before and after: a removed character may have split a secret.
  const safe = (text: string): string => withoutRunnerCommands(redact(printable(redact(text))));
  return {
    ...report,
    location: oneLine(safe(report.location)),
    ...(policy === undefined
      ? {}
      : { policy: { ...policy, name: oneLine(safe(policy.name)), file: oneLine(safe(policy.file)) } }),
    checks: report.checks.map((check) => redactedResult(check, safe)),
    ...(audit === undefined
      ? {}
      : { audit: { ...audit, worst: audit.worst.map((one) => ({ ...one, message: oneLine(safe(one.message)) })) } }),
  };
}

function redactedResult(check: CheckResult, redact: Redact): CheckResult {
  const { note, observations, accepted, policy } = check;
  return {
    ...check,
    observed: redact(check.observed),
    expected: redact(check.expected),
    message: redact(check.message),
    remedy: redact(check.remedy),
    ...(note === undefined ? {} : { note: redact(note) }),
    ...(accepted === undefined ? {} : { accepted: { ...accepted, reason: redact(accepted.reason) } }),
    ...(policy === undefined ? {} : { policy: { ...policy, reason: redact(policy.reason) } }),
    ...(observations === undefined
      ? {}
      : { observations: observations.map((one) => redactedObservation(one, redact)) }),
  };
}

function redactedObservation(one: Observation, redact: Redact): Observation {
  return { ...one, subject: redact(one.subject), observed: redact(one.observed), expected: redact(one.expected) };
}
