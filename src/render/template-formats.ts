import { markdownWord } from './markdown-word.ts';

/**
 * Escapes a value for its place. `before`: the template up to the placeholder. Throws Error if the format cannot express
 * the value there.
 */
type Escape = (text: string, before: string) => string;

export type TemplateFormat = 'nginx' | 'squid' | 'markdown' | 'systemd';

/** For each format: a function that escapes a value as one word. */
export const ESCAPES: Readonly<Record<TemplateFormat, Escape>> = {
  nginx: nginxWord,
  squid: squidWord,
  markdown: markdownWord,
  systemd: systemdWord,
};

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

/**
 * systemd reads `"…"` as one word, and `%` begins a specifier (systemd.syntax.7, systemd.unit.5). In a comment, in a
 * description and in a calendar a value is text, and so is the command of difyctl, whose words have no spaces.
 */
function systemdWord(text: string, before: string): string {
  if (/[$"'\\\p{Cc}]/u.test(text)) throw new Error(`systemd cannot represent ${JSON.stringify(text)} as one word`);
  const escaped = text.replaceAll('%', '%%');
  const isText = /(?:^|\n)(?:#.*|Description=.*|OnCalendar=|.* difyctl )$/.test(before);
  return isText || !text.includes(' ') ? escaped : `"${escaped}"`;
}

/** squid.conf has no quoting that works in every directive. */
function squidWord(text: string): string {
  if (PLAIN.test(text)) return text;
  throw new Error(`squid.conf cannot represent ${JSON.stringify(text)} as one word`);
}
