import { shellWord } from '../base/shell-word.ts';

/** One word of a command. The template escapes it. */
export interface Word {
  readonly [name: string]: string;
  readonly word: string;
}

/** Returns words of a command as a list of a template. */
export function words(...list: readonly string[]): readonly Word[] {
  return list.map((word) => ({ word }));
}

/** Returns names for a sentence: `a, b and c`; `none` if there is none. */
export function enumerated(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? 'none';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Returns a value of a connection string of libpq: plain, or in its quotes (PostgreSQL, Connection Strings). */
export function conninfoValue(text: string): string {
  return shellWord(text) === text ? text : `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
