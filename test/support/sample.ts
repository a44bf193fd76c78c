import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** `npm run test:full` runs everything; `npm test` runs samples of what is many times the same. */
export const IS_FULL = process.env.DIFYCTL_TEST_FULL === '1';

/** What decides which samples are taken: the commit, so that every commit tests others; `DIFYCTL_TEST_SEED` repeats those of another run. */
function sampleSeed(): string {
  return process.env.DIFYCTL_TEST_SEED ?? commit();
}

/** So many of the items, in their own order, chosen by the seed; all of them in a full run. The choice is printed. */
export function sample<T>(name: string, items: readonly T[], count: number): readonly T[] {
  if (IS_FULL || items.length <= count) return items;
  const seed = sampleSeed();
  console.log(`sample: ${count} of ${items.length} ${name}, DIFYCTL_TEST_SEED=${seed} (npm run test:full runs all)`);
  return choose(items, count, `${seed} ${name}`);
}

/** For each of the items one of the ways, chosen by the seed; in a full run each item with each way. The choice is printed. */
export function samplePairs<T, W>(name: string, items: readonly T[], ways: readonly W[]): readonly (readonly [T, W])[] {
  return items.flatMap((item, index) => sample(`${name} ${index + 1}`, ways, 1).map((way) => [item, way] as const));
}

/** Pure: the same seed gives the same choice, whatever else is sampled. */
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
