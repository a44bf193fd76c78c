import { headingAnchor } from '../../base/heading-anchor.ts';
import { htmlPage } from './frame.ts';
import { markdownHtml } from './markdown.ts';
import { markup } from './markup.ts';

/** Rules for paper: a chapter begins on its own page, and no command is cut. */
const STYLE = `
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:.6em .8em;border:1px solid #8884;border-radius:4px}
td{vertical-align:top;overflow-wrap:anywhere}
@media print{h2{break-before:page}pre,table{break-inside:avoid}nav{display:none}}
`;

/** A runbook as one self-contained page, for reading and for paper. `text`: the runbook in Markdown. */
export function runbookHtml(deployment: string, text: string): string {
  const [, rest = ''] = /^# [^\n]*\n([\s\S]*)$/.exec(text) ?? [];
  const title = `Runbook of ${deployment}`;
  const chapters = [...rest.matchAll(/^## (.+)$/gm)].map(([, name = '']) => name);
  const contents = chapters.map((name) => markup`<li><a href="#${headingAnchor(name)}">${name}</a></li>`);
  const body = markup`<h1>${title}</h1>
<nav><ul>${contents}</ul></nav>
${markdownHtml(rest)}`;
  return htmlPage({ title, style: STYLE, body });
}
