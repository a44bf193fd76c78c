/** A word of a command that is printed to be pasted into a POSIX shell: quoted where the shell would read anything in it, and read back unchanged. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
