import { headingAnchor } from '../../base/heading-anchor.ts';
import { Markup, markup } from './markup.ts';

/**
 * Returns a page of templates/ in Markdown as HTML. It knows what those pages use: headings, paragraphs, lists, tables,
 * blocks of code; bold, italic, code and links to chapters in a line; escapes with a backslash. Everything else is text.
 */
export function markdownHtml(text: string): Markup {
  const blocks = text.split(/(^```[a-z]*\n[\s\S]*?^```$)/m).flatMap((part) => {
    const code = /^```[a-z]*\n([\s\S]*?)^```$/m.exec(part)?.[1];
    if (code !== undefined) return [markup`<pre><code>${code.trimEnd()}</code></pre>`];
    return part.split(/\n{2,}/).flatMap((block) => (block.trim() === '' ? [] : blockHtml(block.trim())));
  });
  return markup`${blocks}`;
}

function blockHtml(block: string): readonly Markup[] {
  const [, marks, title = '', rest = ''] = /^(#{1,3}) ([^\n]+)\n?([\s\S]*)$/.exec(block) ?? [];
  if (marks !== undefined) return [headingHtml(marks.length, title), ...(rest === '' ? [] : blockHtml(rest))];
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('| ') || line.startsWith('|-'))) return [tableHtml(lines)];
  if (lines.every((line) => line.startsWith('- ')))
    return [markup`<ul>${lines.map((line) => markup`<li>${inlineHtml(line.slice(2))}</li>`)}</ul>`];
  return [markup`<p>${lines.map(inlineHtml)}</p>`];
}

function headingHtml(level: number, title: string): Markup {
  const content = inlineHtml(title);
  if (level === 1) return markup`<h1>${content}</h1>`;
  if (level === 2) return markup`<h2 id="${headingAnchor(title)}">${content}</h2>`;
  return markup`<h3>${content}</h3>`;
}

function tableHtml([head = '', , ...rows]: readonly string[]): Markup {
  const cells = (line: string): readonly Markup[] =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => inlineHtml(cell.trim()));
  const row = (line: string): Markup => markup`<tr>${cells(line).map((cell) => markup`<td>${cell}</td>`)}</tr>`;
  return markup`<table><thead><tr>${cells(head).map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody></table>`;
}

/** An escape, code, bold, italic or a link, in this order of preference. */
const INLINE = /\\([!-/:-@[-`{-~])|`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|\[([^\]\n]+)\]\((#[a-z0-9-]+)\)/g;

function inlineHtml(line: string): Markup {
  const parts: Markup[] = [];
  let end = 0;
  for (const match of line.matchAll(INLINE)) {
    parts.push(markup`${line.slice(end, match.index)}`, spanHtml(match));
    end = match.index + match[0].length;
  }
  parts.push(markup`${line.slice(end)}`);
  return new Markup(parts.map(({ html }) => html).join(''));
}

function spanHtml([, escaped, code, bold, italic, label, anchor]: RegExpMatchArray): Markup {
  if (escaped !== undefined) return markup`${escaped}`;
  if (code !== undefined) return markup`<code>${code}</code>`;
  if (bold !== undefined) return markup`<strong>${inlineHtml(bold)}</strong>`;
  if (italic !== undefined) return markup`<em>${inlineHtml(italic)}</em>`;
  return markup`<a href="${anchor ?? ''}">${inlineHtml(label ?? '')}</a>`;
}
