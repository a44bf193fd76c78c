export type TemplateFormat = keyof typeof ESCAPES;

/**
 * For each format: a function that escapes a value as one word. It throws Error if the format cannot express the value
 * as one word.
 */
export const ESCAPES = { nginx: nginxWord, squid: squidWord };

/** Characters without a special meaning in any of these formats. */
const PLAIN = /^[\w.:/@%+,=~-]*$/;

/**
 * nginx reads `"…"` as one word, with `\` before a quote or a backslash. `$` always begins a variable and cannot be
 * escaped.
 */
function nginxWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (/[$\p{Cc}]/u.test(text)) throw new Error(`nginx cannot represent ${JSON.stringify(text)} as one word`);
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** squid.conf has no quoting that works in every directive. */
function squidWord(text: string): string {
  if (PLAIN.test(text)) return text;
  throw new Error(`squid.conf cannot represent ${JSON.stringify(text)} as one word`);
}
