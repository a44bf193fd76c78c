import { elapsed } from '../base/duration.ts';
import { joinFitting, wrap } from '../base/wrap.ts';
import { type CheckReport, type CheckResult, type Status, SUBJECTS, type Subject } from '../checks/check.ts';
import { reportExitCode } from '../checks/exit.ts';
import { worst } from '../checks/judge.ts';
import { shortSummaryText } from '../checks/summary.ts';
import { lacksFile } from '../checks/when.ts';
import { verdictLines } from './audit.ts';
import { findingLines } from './finding.ts';
import { highlights } from './highlights.ts';
import { policyLine } from './policy.ts';
import { dot, paint, type Style, sign, toneOf } from './style.ts';
import { waitedWords } from './waited.ts';

export interface TextOptions extends Style {
  /** Also list skipped and noted checks. */
  readonly verbose: boolean;
  /** The command to run after a report with exit code 0. */
  readonly next?: string | undefined;
}

const FINDINGS: readonly Status[] = ['fail', 'unknown', 'warn'];
const SUBJECT_WIDTH = 15;

interface Group {
  readonly subject: Subject;
  readonly checks: readonly CheckResult[];
  readonly status: Status;
}

/**
 * The report as text: findings first, in full; then healthy subjects, one line each, or one line for all if there are
 * findings.
 */
export function reportText(report: CheckReport, options: TextOptions): string {
  const groups = grouped(report.checks);
  const wrong = groups
    .filter((group) => FINDINGS.includes(group.status))
    .sort((a, b) => FINDINGS.indexOf(a.status) - FINDINGS.indexOf(b.status));
  const well = groups.filter((group) => group.status === 'pass');
  const waited = waitedWords(report);
  const lines = [
    ...headLines(report, options),
    ...(report.policy === undefined ? [] : wrap(policyLine(report.policy), options.width, 2)),
    ...(waited === undefined ? [] : wrap(`waited ${waited}`, options.width, 2)),
    ...wrong.flatMap((group) => wrongLines(group, options)),
    ...(wrong.length > 0 ? collapsed(well, options) : well.flatMap((group) => healthyLines(group, options))),
    ...(options.verbose ? asideLines(report.checks, options) : fileLines(report.checks, options)),
    ...(report.audit === undefined ? [] : verdictLines(report.audit, options)),
    '',
    ...closingLines(report, wrong.length > 0, options),
  ];
  return `${lines.join('\n')}\n`;
}

function grouped(checks: readonly CheckResult[]): readonly Group[] {
  return SUBJECTS.map((subject) => {
    const own = checks.filter((check) => check.subject === subject);
    return { subject, checks: own, status: worst(own.map((check) => check.status)) };
  }).filter((group) => group.checks.length > 0);
}

function headLines(report: CheckReport, style: Style): readonly string[] {
  const { phase, deployment, tier, target, location, durationMs } = report;
  const facts = [deployment ?? 'no file', tier, `${target} ${location}`].join(` ${dot(style)} `);
  const left = `  ${phase}  ${facts}`;
  const right = elapsed(durationMs);
  if (left.length + right.length + 2 > style.width)
    return [...wrap(`${phase}  ${facts}`, style.width, 2), `  ${right}`];
  return [left + right.padStart(style.width - left.length)];
}

function wrongLines({ subject, checks, status }: Group, options: TextOptions): readonly string[] {
  const findings = FINDINGS.flatMap((kind) => checks.filter((check) => check.status === kind));
  const counts = [
    count(checks, 'fail', 'failed'),
    count(checks, 'unknown', 'unknown'),
    count(checks, 'warn', 'to review'),
  ].filter((text) => text !== '');
  const tone = toneOf(status);
  const name = `${subject.padEnd(SUBJECT_WIDTH)}${String(judged(checks)).padStart(3)}`;
  const head = `  ${sign(options, status)} ${paint(options, 'strong', name)}`;
  const said = counts.join(', ');
  const fits = 4 + name.length + 3 + said.length <= options.width;
  return [
    ...(fits
      ? [`${head}   ${paint(options, tone, said)}`]
      : [head, ...wrap(said, options.width, 4).map((line) => paint(options, tone, line))]),
    ...findingLines(findings, options),
  ];
}

/** The number of checks that were not skipped; the closing line has the skipped ones. */
function judged(checks: readonly CheckResult[]): number {
  return checks.filter(({ status }) => status !== 'skip').length;
}

function count(checks: readonly CheckResult[], status: Status, word: string): string {
  const found = checks.filter((check) => check.status === status).length;
  return found === 0 ? '' : `${found} ${word}`;
}

function healthyLines({ subject, checks }: Group, style: Style): readonly string[] {
  const head = `${subject.padEnd(SUBJECT_WIDTH)}${String(judged(checks)).padStart(3)}`;
  const facts = highlights(subject, checks);
  const indent = style.unicode ? 4 : 5;
  const [first = '', ...more] = wrap(facts, style.width, indent + head.length + 3).map((line) => line.trim());
  const fits = indent + head.length + 3 + facts.length <= style.width;
  const lead = `  ${sign(style, 'pass')} ${head}`;
  if (facts === '') return [lead];
  if (style.width >= 60 || fits)
    return [`${lead}   ${first}`, ...more.map((line) => `${' '.repeat(indent + head.length + 3)}${line}`)];
  return [lead, ...wrap(facts, style.width, indent + 2)];
}

function collapsed(groups: readonly Group[], style: Style): readonly string[] {
  if (groups.length === 0) return [];
  const pieces = groups.map(({ subject, checks }) => `${subject} ${judged(checks)}`);
  const [first = '', ...more] = joinFitting(pieces, '   ', style.width - 5);
  return [`  ${sign(style, 'pass')} ${first}`, ...more.map((line) => `    ${line}`)];
}

/** Checks with a note, and skipped checks; for --verbose. */
function asideLines(checks: readonly CheckResult[], style: Style): readonly string[] {
  const aside = [
    ...checks
      .filter((check) => check.note !== undefined)
      .map((check) => ({ check, words: check.note ?? '', status: 'pass' as const })),
    ...checks
      .filter((check) => check.status === 'skip')
      .map((check) => ({ check, words: check.message, status: 'skip' as const })),
  ];
  return aside.flatMap(({ check, words, status }) => {
    const [first = '', ...more] = wrap(`${check.id}: ${words}`, style.width, 5);
    return [`  ${sign(style, status)}  ${first.trim()}`, ...more];
  });
}

/** One line with the number of checks that need a deployment file. */
function fileLines(checks: readonly CheckResult[], style: Style): readonly string[] {
  const count = checks.filter(lacksFile).length;
  if (count === 0) return [];
  const words = wrap(`${count} more need a deployment file`, style.width, 5).map((line) => line.trim());
  return words.map((line, at) => (at === 0 ? `  ${sign(style, 'skip')}  ${line}` : `     ${line}`));
}

function closingLines(report: CheckReport, hasFindings: boolean, options: TextOptions): readonly string[] {
  const { summary, checks } = report;
  const notes = checks.filter((check) => check.note !== undefined).length;
  const counts = shortSummaryText(summary, ['pass', 'fail', 'unknown', 'warn', 'skip']);
  const code = reportExitCode(report);
  const told =
    options.verbose || notes + summary.skip === 0 ? '' : `(${notes > 0 ? `${notes} noted; ` : ''}more: --verbose)`;
  const next = code === 0 && options.next !== undefined ? [`Next: ${options.next}`] : [];
  const exit = code === 0 ? '' : `exit ${code}`;
  return [
    ...joinFitting([counts, exit, told], '   ', options.width - 2).flatMap((line) =>
      line.length > options.width - 2 ? wrap(line, options.width, 2) : [`  ${line}`],
    ),
    // A failed check has its own hint.
    ...(hasFindings && summary.fail === 0 ? wrap('Why: difyctl checks explain ID', options.width, 2) : []),
    ...next.flatMap((line) => wrap(line, options.width, 2)),
  ];
}
