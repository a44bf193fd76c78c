export type TemplateFormat = keyof typeof ESCAPES;

/** By format: a value as one word of it. Each throws for a value that the format cannot hold as one word. */
export const ESCAPES = { nginx: nginxWord, squid: squidWord };

/** Characters that no format here gives a meaning. */
const PLAIN = /^[\w.:/@%+,=~-]*$/;

/** nginx reads `"…"` as one word, with `\` before a quote or a backslash. A `$` begins a variable everywhere, and nothing takes that from it. */
function nginxWord(text: string): string {
  if (PLAIN.test(text)) return text;
  if (/[$\p{Cc}]/u.test(text)) throw new Error(`nginx cannot hold ${JSON.stringify(text)} as one word`);
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** squid.conf has no quotes that hold for every directive. */
function squidWord(text: string): string {
  if (PLAIN.test(text)) return text;
  throw new Error(`squid.conf cannot hold ${JSON.stringify(text)} as one word`);
}
