import { elapsed } from '../../base/duration.ts';
import type { AuditVerdict, CheckReport, CheckResult, Status } from '../../checks/check.ts';
import { reportExitCode } from '../../checks/exit.ts';
import { gradeText } from '../audit.ts';
import { acceptedText } from '../finding.ts';
import { policyName, severityChange } from '../policy.ts';
import { waitedWords } from '../waited.ts';
import { htmlPage } from './frame.ts';
import { type Markup, markup } from './markup.ts';

/** Order of severity, with the word and the sign of each status. */
const ORDER: readonly (readonly [status: Status, word: string, sign: string])[] = [
  ['fail', 'failed', '✖'],
  ['unknown', 'unknown', '?'],
  ['warn', 'warning', '!'],
  ['pass', 'passed', '✔'],
  ['skip', 'skipped', '–'],
];

/** The report as one self-contained page: no script, no external link, readable without colour, printable. */
export function reportHtml(report: CheckReport): string {
  const { checks, phase, deployment } = report;
  const findings = ORDER.slice(0, 3).flatMap(([status]) => checks.filter((check) => check.status === status));
  const title = `${phase} of ${deployment ?? 'a cluster'}`;
  const body = markup`<h1>${title}: ${verdict(report)}</h1>
${factList(report)}
<ul class="counts">${ORDER.map((kind) => count(kind, report))}</ul>
${report.audit === undefined ? '' : verdictSections(report.audit)}
<h2>Findings</h2>
${findings.length === 0 ? markup`<p>None.</p>` : findings.map(finding)}
<h2>All checks</h2>
${table(checks)}`;
  return htmlPage({ title: `${verdict(report)}: ${title}`, generator: report.difyctl, body });
}

/** The verdict of an audit: the grade, the findings with the highest risk, and what difyctl would change. */
function verdictSections(audit: AuditVerdict): Markup {
  const { worst, changes } = audit;
  return markup`<h2>Verdict: ${gradeText(audit)}</h2>
${
  worst.length === 0
    ? ''
    : markup`<table aria-label="The findings with the highest risk">
<thead><tr><th scope="col">Risk</th><th scope="col">Status</th><th scope="col">Finding</th></tr></thead>
<tbody>${worst.map(
        ({ id, status, risk, message }) =>
          markup`<tr><td>${String(risk)}</td><td>${statusWord(status)}</td><td><code>${id}</code> ${message}</td></tr>`,
      )}</tbody></table>`
}
${
  changes.length === 0
    ? ''
    : markup`<h2>What difyctl would change</h2>
<dl class="facts">${changes.map(({ id, change }) => markup`<dt><code>${id}</code></dt><dd>difyctl ${change}</dd>`)}</dl>`
}`;
}

function verdict(report: CheckReport): string {
  return reportExitCode(report) === 0 ? 'passed' : 'not passed';
}

function factList(report: CheckReport): Markup {
  const waited = waitedWords(report);
  const facts: readonly (readonly [string, string])[] = [
    ['Tier', report.tier],
    ['Target', `${report.target}, ${report.location}`],
    ...(report.policy === undefined ? [] : [['Policy', policyName(report.policy)] as const]),
    ['Time', report.time],
    ['Took', elapsed(report.durationMs)],
    ...(waited === undefined ? [] : [['Waited', waited] as const]),
    ['Exit code', String(reportExitCode(report))],
    ['difyctl', report.difyctl],
  ];
  return markup`<dl class="facts">${facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function count([status, word, sign]: (typeof ORDER)[number], { summary }: CheckReport): Markup {
  return markup`<li class="${status}"><span aria-hidden="true">${sign}</span> ${summary[status]} ${word}</li>`;
}

function finding(check: CheckResult): Markup {
  const { id, status, message, observed, expected, remedy, accepted, observations = [] } = check;
  const risk = accepted === undefined ? [] : [markup`<dt>Accepted</dt><dd>${acceptedText(accepted)}</dd>`];
  const change = severityChange(check);
  const policy = change === undefined ? [] : [markup`<dt>Severity</dt><dd>${change}</dd>`];
  return markup`<article class="${status}">
<h3>${statusWord(status)} <code>${id}</code></h3>
${message.split('\n').map((line) => markup`<p>${line}</p>`)}
<dl><dt>Observed</dt><dd>${observed}</dd><dt>Expected</dt><dd>${expected}</dd><dt>Next</dt><dd><code>${remedy}</code></dd>${origin(observations)}${risk}${policy}</dl>
${observations.length < 2 ? '' : observationTable(id, observations)}
</article>`;
}

/** Where the evidence of a single observation is from. Empty for several: their table has a column for it. */
function origin([only, ...others]: NonNullable<CheckResult['observations']>): readonly Markup[] {
  return only === undefined || others.length > 0 ? [] : [markup`<dt>Observed from</dt><dd>${placeOf(only)}</dd>`];
}

function placeOf({ from }: NonNullable<CheckResult['observations']>[number]): string {
  return from === 'local' ? 'here' : 'the cluster';
}

function observationTable(id: string, observations: NonNullable<CheckResult['observations']>): Markup {
  return markup`<table aria-label="What ${id} checked">
<thead><tr><th scope="col">Status</th><th scope="col">What</th><th scope="col">Observed from</th><th scope="col">Observed</th></tr></thead>
<tbody>${observations.map(
    (one) =>
      markup`<tr><td>${statusWord(one.status)}</td><td>${one.subject}</td><td>${placeOf(one)}</td><td>${one.observed}</td></tr>`,
  )}</tbody></table>`;
}

function table(checks: readonly CheckResult[]): Markup {
  return markup`<table>
<thead><tr><th scope="col">Status</th><th scope="col">Check</th><th scope="col">Observed</th></tr></thead>
<tbody>${checks.map(
    (check) =>
      markup`<tr><td>${statusWord(check.status)}</td><td><code>${check.id}</code></td><td>${check.status === 'skip' || check.status === 'unknown' ? check.message : (check.note ?? check.observed)}</td></tr>`,
  )}</tbody>
</table>`;
}

function statusWord(status: Status): Markup {
  const [, word = status, sign = ''] = ORDER.find(([name]) => name === status) ?? [];
  return markup`<span class="status ${status}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}
