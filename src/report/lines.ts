import { elapsed } from '../base/duration.ts';
import { counted } from '../base/words.ts';
import type { AuditVerdict, CheckReport, CheckResult, Status } from '../checks/check.ts';
import { reportExitCode } from '../checks/exit.ts';
import { summaryText } from '../checks/summary.ts';
import { lacksFile } from '../checks/when.ts';
import { gradeText } from './audit.ts';
import { acceptedText, explainHint } from './finding.ts';
import { policyLine, severityChange } from './policy.ts';
import { waitedWords } from './waited.ts';

/** Every count, also if it is zero: logs are compared line by line. */
const ORDER = ['pass', 'warn', 'fail', 'unknown', 'skip'] as const;

const LABELS: Readonly<Record<Status, string>> = {
  pass: 'ok',
  warn: 'WARN',
  fail: 'FAIL',
  skip: 'skip',
  unknown: 'UNKN',
};

/**
 * One line per check, for CI logs: no colour, greppable by label and id. Unless `verbose`, the checks that need a
 * deployment file are one line.
 */
export function reportLines(report: CheckReport, { verbose }: { readonly verbose: boolean }): string {
  const { phase, deployment, tier, target, location, summary, durationMs } = report;
  const checks = verbose ? report.checks : report.checks.filter((check) => !lacksFile(check));
  const waited = waitedWords(report);
  const folded = report.checks.length - checks.length;
  const width = Math.max(...checks.map((check) => check.id.length), 0);
  return [
    [phase, deployment ?? '(no file)', tier, `${target}/${location}`].join(' '),
    ...(report.policy === undefined ? [] : [policyLine(report.policy)]),
    ...(waited === undefined ? [] : [`waited ${waited}`]),
    ...checks.map((check) => `${LABELS[check.status].padEnd(4)} ${check.id.padEnd(width)}  ${words(check)}`),
    ...(folded === 0
      ? []
      : [`${LABELS.skip} ${counted(folded, 'check needs', 'checks need')} a deployment file (--verbose names them)`]),
    ...(report.audit === undefined ? [] : auditLines(report.audit)),
    `${summaryText(summary, ORDER)} in ${elapsed(durationMs)} (exit ${reportExitCode(report)})`,
    '',
  ].join('\n');
}

/** The verdict, one line per entry. */
function auditLines(verdict: AuditVerdict): readonly string[] {
  return [
    ...verdict.worst.map(({ id, risk }, at) => `worst ${at + 1}: ${id} (risk ${risk})`),
    ...verdict.changes.map(({ id, change }) => `change ${id}: difyctl ${change}`),
    gradeText(verdict),
  ];
}

function words(check: CheckResult): string {
  const { status, message, observed, expected, remedy, accepted, notAccepted } = check;
  const said = (text: string) => text.replaceAll('\n', '; ');
  if (status === 'pass') return said(check.note === undefined ? observed : `note: ${check.note}`);
  if (status === 'skip') return said(message);
  if (status === 'unknown') return said(`${message}; next: ${remedy}`);
  const risk = accepted === undefined ? '' : `; accepted: ${acceptedText(accepted)}`;
  const refusal = notAccepted === undefined ? '' : `; not accepted: ${notAccepted}`;
  const change = severityChange(check);
  const policy = change === undefined ? '' : `; ${change}`;
  const why = status === 'fail' ? `; ${explainHint(check.id)}` : '';
  return said(`observed ${observed}; expected ${expected}; next: ${remedy}${risk}${refusal}${policy}${why}`);
}
