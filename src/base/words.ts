/**
 * Returns a count with its noun: `1 node`, `5 nodes`, `0 nodes`. `plural` is needed if it is not the noun with an s.
 */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** Returns the first `most` words and the number of the others: `a, b, c and 2 more`. */
export function firstOf(words: readonly string[], most: number): string {
  const more = words.length - most;
  return more > 0 ? `${words.slice(0, most).join(', ')} and ${more} more` : words.join(', ');
}
