/**
 * Returns a word of a command that users paste into a POSIX shell. Quotes it if it has characters that the shell would
 * interpret.
 */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
