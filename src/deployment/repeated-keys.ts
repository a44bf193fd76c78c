import { isMap, isNode, isSeq, type Pair } from 'yaml';
import type { Path } from './paths.ts';

/** A key that occurs again in its map. `first` and `again` are offsets in the text. */
interface Repeat {
  readonly path: Path;
  readonly first: number | undefined;
  readonly again: number | undefined;
}

/** More than any deployment needs: a Kubernetes pod template has about 15 levels. */
export const MOST_LEVELS = 100;

/** True if collections are nested more than `MOST_LEVELS` deep. */
export function isTooDeep(node: unknown, level = 0): boolean {
  if (level > MOST_LEVELS) return true;
  if (isSeq(node)) return node.items.some((item) => isTooDeep(item, level + 1));
  return isMap(node) && node.items.some(({ value }) => isTooDeep(value, level + 1));
}

/** The text of a key, as in the parsed data. */
export function keyText({ key }: Pair): string {
  return String(isNode(key) ? key.toJSON() : key);
}

/** The repeated keys at and below a node, in the order of the text. */
export function repeatsBelow(node: unknown, path: Path): readonly Repeat[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => repeatsBelow(item, [...path, index]));
  if (!isMap(node)) return [];
  const first = new Map<string, Pair>();
  return node.items.flatMap((pair) => {
    const key = keyText(pair);
    const here = [...path, key];
    const known = first.get(key);
    if (known === undefined) first.set(key, pair);
    const repeat = known === undefined ? [] : [{ path: here, first: startOf(known), again: startOf(pair) }];
    return [...repeat, ...repeatsBelow(pair.value, here)];
  });
}

function startOf({ key }: Pair): number | undefined {
  return isNode(key) ? key.range?.[0] : undefined;
}
