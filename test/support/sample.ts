import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** True for `npm run test:full`, which runs everything. `npm test` runs samples of repetitive tests. */
export const IS_FULL = process.env.DIFYCTL_TEST_FULL === '1';

/**
 * The seed of the samples: the commit, so that every commit tests other ones. `DIFYCTL_TEST_SEED` repeats the samples
 * of another run.
 */
function sampleSeed(): string {
  return process.env.DIFYCTL_TEST_SEED ?? commit();
}

/** Returns `count` of the items in their order, chosen by the seed; all items in a full run. Prints the choice. */
export function sample<T>(name: string, items: readonly T[], count: number): readonly T[] {
  if (IS_FULL || items.length <= count) return items;
  const seed = sampleSeed();
  console.log(`sample: ${count} of ${items.length} ${name}, DIFYCTL_TEST_SEED=${seed} (npm run test:full runs all)`);
  return choose(items, count, `${seed} ${name}`);
}

/** Pairs each item with one of the ways, chosen by the seed; in a full run with every way. Prints the choice. */
export function samplePairs<T, W>(name: string, items: readonly T[], ways: readonly W[]): readonly (readonly [T, W])[] {
  return items.flatMap((item, index) => sample(`${name} ${index + 1}`, ways, 1).map((way) => [item, way] as const));
}

/** Pure: the same seed gives the same choice, independent of other samples. */
export function choose<T>(items: readonly T[], count: number, seed: string): readonly T[] {
  const rank = (index: number) => createHash('sha256').update(`${seed} ${index}`).digest('hex');
  const chosen = items
    .map((item, index) => ({ item, index, rank: rank(index) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count);
  return chosen.sort((a, b) => a.index - b.index).map(({ item }) => item);
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'no commit';
  }
}
