/** Escaped HTML. Only this module creates it from values, and escapes every text in it. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Content = string | number | Markup | readonly Markup[];

/** A template whose values are texts, which are escaped, or other markup. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(
    strings.map((piece, index) => piece + (index < values.length ? written(values[index] ?? '') : '')).join(''),
  );
}

function written(value: Content): string {
  if (value instanceof Markup) return value.html;
  if (typeof value === 'object') return value.map((one) => one.html).join('\n');
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
