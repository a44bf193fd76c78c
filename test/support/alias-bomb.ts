/** A YAML text of lists in which each list contains the one before it twice, so that the last has 2^`levels` values. */
export function aliasBomb(levels: number): string {
  const lists = Array.from({ length: levels }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`);
  return `${['a0: &a0 [x, x]', ...lists].join('\n')}\n`;
}
