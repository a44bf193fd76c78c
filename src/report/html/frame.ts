import { Markup, markup } from './markup.ts';
import { STYLE } from './style.ts';

/** The parts of a page that differ between reports. */
interface Page {
  readonly title: string;
  /** Version of difyctl that made the report. Absent: the page does not name it in its head. */
  readonly generator?: string;
  /** CSS after the style of all reports. */
  readonly style?: string;
  readonly body: Markup;
}

/** Returns a self-contained page: no script, no external link. `body` begins with its `h1`. */
export function htmlPage({ title, generator, style = '', body }: Page): string {
  const made = generator === undefined ? '' : markup`<meta name="generator" content="difyctl ${generator}">\n`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${made}<title>${title}</title>
<style>${new Markup(STYLE + style)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.html;
}
