import { type CheckReport, type CheckResult, SUBJECTS } from '../checks/check.ts';
import { blocks } from '../checks/exit.ts';
import { acceptedText } from './finding.ts';
import { severityChange } from './policy.ts';

/**
 * The report as JUnit XML: a suite per subject, a case per check. A pipeline then fails as the exit code does: a `fail`
 * is a failure; an `unknown` or warning that blocks is an error; any other warning or accepted risk is a passed case
 * with output. Schema: the Jenkins/Ant JUnit XSD.
 */
export function reportJunit(report: CheckReport): string {
  const { phase, deployment, tier, target, location, time, difyctl, checks, durationMs } = report;
  const suites = SUBJECTS.map((subject) => checks.filter((check) => check.subject === subject)).filter(
    (own) => own.length > 0,
  );
  const grade = report.audit === undefined ? {} : { grade: report.audit.grade, score: String(report.audit.score) };
  const properties = { difyctl, deployment: deployment ?? '', tier, target, location, phase, ...grade };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    tag('testsuites', { name: `difyctl ${phase}`, ...counts(checks, report), time: seconds(durationMs) }),
    ...suites.flatMap((own) => suiteLines(own, report, properties, time)),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function suiteLines(
  checks: readonly CheckResult[],
  report: CheckReport,
  properties: Readonly<Record<string, string>>,
  time: string,
): readonly string[] {
  const subject = checks[0]?.subject ?? '';
  // Collectors run in parallel: the time of the suite is that of the slowest check, not the sum.
  const slowest = Math.max(...checks.map((check) => check.durationMs));
  const facts = { ...counts(checks, report), time: seconds(slowest), timestamp: time.replace(/\.\d+Z$/, '') };
  return [
    `  ${tag('testsuite', { name: `${report.phase}.${subject}`, ...facts })}`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      ${tag('property', { name, value }, true)}`),
    '    </properties>',
    ...checks.flatMap((check) => caseLines(check, report)),
    '  </testsuite>',
  ];
}

function caseLines(check: CheckResult, report: CheckReport): readonly string[] {
  const facts = {
    classname: `difyctl.${report.phase}.${check.subject}`,
    name: check.id,
    time: seconds(check.durationMs),
  };
  const body = bodyOf(check, report);
  if (body === undefined) return [`    ${tag('testcase', facts, true)}`];
  return [`    ${tag('testcase', facts)}`, `      ${body}`, '    </testcase>'];
}

function bodyOf(check: CheckResult, report: CheckReport): string | undefined {
  const { status, severity, message } = check;
  const text = xmlText(words(check));
  if (status === 'skip') return tag('skipped', { message }, true);
  if (status === 'fail') return `${tag('failure', { message, type: severity })}${text}</failure>`;
  if (blocks(check, report)) return `${tag('error', { message, type: status })}${text}</error>`;
  if (status === 'pass' && check.note === undefined) return undefined;
  return `<system-out>${xmlText(`${status}: ${check.note ?? message}`)}\n${text}</system-out>`;
}

function words(check: CheckResult): string {
  const { observed, expected, remedy, accepted, observations = [] } = check;
  const change = severityChange(check);
  return [
    `observed: ${observed}`,
    `expected: ${expected}`,
    ...observations.map((one) => `  ${one.status} ${one.subject} (${one.from}): ${one.observed}`),
    `next: ${remedy}`,
    ...(accepted === undefined ? [] : [`accepted: ${acceptedText(accepted)}`]),
    ...(change === undefined ? [] : [change]),
  ].join('\n');
}

function counts(checks: readonly CheckResult[], report: CheckReport): Record<string, string> {
  const failures = checks.filter(({ status }) => status === 'fail').length;
  const errors = checks.filter((check) => check.status !== 'fail' && blocks(check, report)).length;
  const skipped = checks.filter(({ status }) => status === 'skip').length;
  return { tests: `${checks.length}`, failures: `${failures}`, errors: `${errors}`, skipped: `${skipped}` };
}

function tag(name: string, attributes: Readonly<Record<string, string>>, isEmpty = false): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${xmlText(value, true)}"`);
  return `<${name}${written.join('')}${isEmpty ? '/' : ''}>`;
}

/**
 * Escapes the special characters of XML 1.0 and removes those that it does not allow. In attributes, a line break
 * becomes a character reference.
 */
function xmlText(text: string, inAttribute = false): string {
  const escaped = text
    .replace(FORBIDDEN, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return inAttribute ? escaped.replaceAll('\n', '&#10;') : escaped;
}

/** Any character but those that XML allows: https://www.w3.org/TR/xml/#charsets. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
