import { shellWord } from '../base/shell-word.ts';

/** The line that begins or ends a block of code. */
const FENCE = /^```/gm;

/** Characters that Markdown interprets in a sentence or in a cell of a table (CommonMark 0.31; GFM, Tables). */
const SPECIAL = /[\\`*[\]<>|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
/** Characters that begin a block at the start of a line: a heading, a list, a rule. */
const BLOCK = /^(\d*)([#+=.)-])/;

/**
 * Returns a value as a page in Markdown needs it. `before`: the template up to the placeholder. In a block of code,
 * whose lines are commands of a shell, the value is one word of the shell. In `code` of a sentence it is unchanged. In
 * any other place, no character of it has a meaning. Throws Error for a line break, and for a backtick in code.
 */
export function markdownWord(text: string, before: string): string {
  if (/\p{Cc}/u.test(text)) throw new Error(`a page cannot represent ${JSON.stringify(text)} in one line`);
  if ((before.match(FENCE) ?? []).length % 2 === 1) return shellWord(text);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if ((line.match(/`/g) ?? []).length % 2 === 0) {
    const escaped = text.replace(SPECIAL, '\\$&');
    return line.trim() === '' ? escaped.replace(BLOCK, '$1\\$2') : escaped;
  }
  if (text.includes('`')) throw new Error(`a page cannot represent ${JSON.stringify(text)} as code`);
  return text;
}
