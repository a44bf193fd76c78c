import { span } from '../../base/duration.ts';
import { lossOf, resultsOf } from '../../recovery/drill-facts.ts';
import type { DrillRecord, FullDrill } from '../../recovery/drill-record.ts';
import type { DrillVerdict } from '../../recovery/drill-verdict.ts';
import { htmlPage } from './frame.ts';
import { markup } from './markup.ts';

const WORDS = { pass: 'passed', warn: 'warned', fail: 'failed', skip: 'skipped', unknown: 'unknown' } as const;

/**
 * The record of a drill as one self-contained page, as evidence of a tested restore (ISO/IEC 27001:2022, A.8.13; SOC 2,
 * A1.3).
 */
export function drillHtml(record: DrillRecord, verdicts: readonly DrillVerdict[]): string {
  const { deployment, set, durations, invariants, newestRecovered, outcome, at, finishedAt, dify, full } = record;
  const isBroken = outcome === 'fail' || verdicts.some(({ status }) => status === 'fail');
  const title = `restore drill of ${deployment}: ${isBroken ? 'failed' : 'passed'}`;
  const facts: readonly (readonly [string, string])[] = [
    ['Backup set', set],
    ['Data as of', record.commonPoint],
    [
      'Newest recovered row',
      newestRecovered === undefined ? 'none' : `${newestRecovered.at} (${newestRecovered.table})`,
    ],
    ['Age of the data at the drill', span(lossOf(record))],
    ['Drill', `${at} to ${finishedAt}`],
    ['Restored to', record.place],
    ['Dify', `${dify.set} (set), ${dify.image} (image)`],
    ['Made by', `difyctl ${record.difyctl}`],
  ];
  const body = markup`<h1>${title}</h1>
<dl>${facts.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<h2>Times</h2>
<table><thead><tr><th scope="col">Part</th><th scope="col">Restored in</th></tr></thead>
<tbody>${durations.map(({ part, seconds }) => markup`<tr><td>${part}</td><td>${span(seconds)}</td></tr>`)}
<tr><td>all parts</td><td>${span(record.restoreSeconds)}</td></tr>${
    full === undefined
      ? ''
      : markup`
<tr><td>start of Dify</td><td>${span(full.startSeconds)}</td></tr>`
  }</tbody></table>
<h2>Promises</h2>
<ul>${verdicts.map(({ promise, status, observed }) => markup`<li><span class="status ${status}">${WORDS[status]}</span> ${promise.toUpperCase()}: ${observed}</li>`)}</ul>
<h2>Invariants</h2>
${resultTable('Invariant', invariants)}${full === undefined ? '' : started(full)}`;
  return htmlPage({ title, body });
}

/** What a full drill shows: the services, the checks, and the log of each service that did not become ready. */
function started(full: FullDrill) {
  const { services, failures, workflow } = full;
  return markup`
<h2>Dify on the restored data</h2>
<p>Services: ${services.join(', ')}</p>
${resultTable('Check', resultsOf(full))}${
  workflow?.next === undefined
    ? ''
    : markup`
<p>Next: ${workflow.next}</p>`
}${failures.map(
  ({ service, reason, logs }) => markup`
<h3>${service}: ${reason}</h3>
<pre><code>${logs.join('\n')}</code></pre>`,
)}`;
}

function resultTable(head: string, results: FullDrill['checks']) {
  return markup`<table><thead><tr><th scope="col">Result</th><th scope="col">${head}</th><th scope="col">Observed</th></tr></thead>
<tbody>${results.map(({ id, status, observed, expected }) => markup`<tr><td><span class="status ${status}">${WORDS[status]}</span></td><td>${id}: ${expected}</td><td>${observed}</td></tr>`)}</tbody></table>`;
}
