import { counted } from '../../base/words.ts';
import type { DrillResult, DrillStatus, PlacedPod, RehearsalReport } from '../../rehearsal/report.ts';
import { htmlPage } from './frame.ts';
import { Markup, markup } from './markup.ts';

const WORDS: Readonly<Record<DrillStatus, string>> = {
  pass: 'passed',
  warn: 'warning',
  fail: 'failed',
  skip: 'skipped',
};

const PICTURE_STYLE = `
.nodes { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: .5rem 0; list-style: none; }
.nodes > li { border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .5rem; min-width: 8rem; background: var(--ground); }
.nodes p { font-size: .85rem; } .pod { display: block; font-size: .85rem; } .pod.waits { color: var(--fail); font-weight: 600; }
details { margin: .5rem 0; }
`;

/** A rehearsal as one self-contained page: each drill with a picture of nodes and pods before, during and after it. */
export function rehearsalHtml(report: RehearsalReport): string {
  const { deployment, tier, shape, summary, drills, published, limits, seconds } = report;
  const verdict = summary.fail > 0 ? `${counted(summary.fail, 'drill')} failed` : 'no drill failed';
  const title = `rehearsal of ${deployment}: ${verdict}`;
  const source = shape.source === 'cluster' ? 'copied from the cluster' : 'from --nodes';
  const head = `${tier}, ${counted(shape.nodes, 'node')} in ${counted(shape.zones, 'zone')} (${source}), Kubernetes ${shape.kubernetes}, ${seconds} s`;
  const body = markup`<h1>${title}</h1>
<p class="quiet">${head}</p>
<h2>Drills</h2>
${drills.map((drill) => drillArticle(drill, report))}
<h2>Added in a real cluster</h2>
<ul>${published.map(({ name, seconds: added, appliesTo, source: from }) => markup`<li>${name} ${added} s: ${appliesTo} <span class="quiet">(${from})</span></li>`)}</ul>
<h2>Limits</h2>
<ul>${limits.map((limit) => markup`<li>${limit}</li>`)}</ul>`;
  return htmlPage({ title, style: PICTURE_STYLE, body });
}

function drillArticle(drill: DrillResult, report: RehearsalReport): Markup {
  const { kind, subject, status, message, remedy, placements } = drill;
  const pictures =
    placements === undefined
      ? ''
      : markup`<details${new Markup(status === 'fail' ? ' open' : '')}><summary>Nodes and pods</summary>
<h4>Before</h4>${picture(placements.before, report)}
<h4>With the fewest ready pods</h4>${picture(placements.during, report)}
<h4>At the end</h4>${picture(placements.after, report)}
</details>`;
  return markup`<article class="${status}">
<h3><span class="status ${status}">${WORDS[status]}</span> ${kind} ${subject}</h3>
<p>${message}</p>
${remedy === '' ? '' : markup`<p>Next: ${remedy}</p>`}
${pictures}
</article>`;
}

/** Every node as a box with its pods, and a box for pods that wait for a node. */
function picture(pods: readonly PlacedPod[], { zoneByNode }: RehearsalReport): Markup {
  const waiting = pods.filter(({ node }) => node === '');
  const boxes = Object.entries(zoneByNode).map(([node, zone]) =>
    box(
      node,
      zone,
      pods.filter((pod) => pod.node === node),
    ),
  );
  return markup`<ul class="nodes">${[...boxes, ...(waiting.length === 0 ? [] : [box('no node', '', waiting)])]}</ul>`;
}

function box(name: string, zone: string, pods: readonly PlacedPod[]): Markup {
  return markup`<li><p><strong>${name}</strong> <span class="quiet">${zone}</span></p>
${pods.map(({ component, ready }) =>
  ready
    ? markup`<span class="pod">${component}</span>`
    : markup`<span class="pod waits">${component} (not ready)</span>`,
)}</li>`;
}
