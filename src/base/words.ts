/** `1 node`, `5 nodes`, `0 nodes`; `plural` where an s does not make one. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `a, b, c`, and from `most` on how many more there are. */
export function firstOf(words: readonly string[], most: number): string {
  const more = words.length - most;
  return more > 0 ? `${words.slice(0, most).join(', ')} and ${more} more` : words.join(', ');
}
