import type { ComponentName } from './components.ts';
import { LOAD_1, type LoadFigure } from './load.ts';
import { type ComponentSize, SIZES_1, type SizeTable } from './sizing.ts';
import type { Tier } from './tiers.ts';

/** What one number of `defaults` in difyctl.yaml means. */
interface DefaultSet {
  readonly sizes: Readonly<Record<Tier, SizeTable>>;
  /** What `load.concurrentUsers` means in replicas. */
  readonly load: LoadFigure;
}
export type DefaultSets = Readonly<Record<number, DefaultSet>>;

/** Every set, by its number. A released set is never changed; new values are a set with the next number. */
export const DEFAULT_SETS = { 1: { sizes: SIZES_1, load: LOAD_1 } } as const satisfies DefaultSets;

export type DefaultSetNumber = keyof typeof DEFAULT_SETS;

/** The valid values of `defaults`. */
export const DEFAULT_SET_NUMBERS = Object.keys(DEFAULT_SETS).map(Number) as readonly DefaultSetNumber[];

/** The set of a file that names none. It stays the first, so that such a file means the same in every difyctl. */
export const FIRST_SET = 1 satisfies DefaultSetNumber;

/** The set that a new file names. */
export const NEWEST_SET = Math.max(...DEFAULT_SET_NUMBERS) as DefaultSetNumber;

/** The set and the tier: a deployment, or the known part of one. */
export interface SizeChoice {
  readonly tier: Tier;
  readonly defaults: number;
}

/**
 * The size of a component before the values of the file. Throws for a set that does not exist, which the schema refuses
 * earlier.
 */
export function sizeOf(choice: SizeChoice, component: ComponentName, sets: DefaultSets = DEFAULT_SETS): ComponentSize {
  return sizesOf(choice, sets)[component];
}

/** The sizes of all components; see `sizeOf`. */
export function sizesOf({ tier, defaults }: SizeChoice, sets: DefaultSets = DEFAULT_SETS): SizeTable {
  return setOf(defaults, sets).sizes[tier];
}

/** The published figure by which the load decides replicas. Throws for a set that does not exist. */
export function loadFigureOf({ defaults }: Pick<SizeChoice, 'defaults'>, sets: DefaultSets = DEFAULT_SETS): LoadFigure {
  return setOf(defaults, sets).load;
}

function setOf(number: number, sets: DefaultSets): DefaultSet {
  const set = sets[number];
  if (set === undefined) throw new Error(`the default set ${number} does not exist`);
  return set;
}
