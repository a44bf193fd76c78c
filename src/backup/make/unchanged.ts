import type { BackupManifest, BackupPart, PartName } from '../manifest.ts';
import { setTag } from '../repository.ts';
import { type MadePart, type MakeContext, resticOptions } from './context.ts';

/** Returns what a part is made of now, as a digest. Undefined if it is not known. */
export type StateOf = (part: PartName) => Promise<string | undefined>;

/** Each database, and the files that its rows name. */
const PAIRS = [
  ['postgres-main', 'objects'],
  ['postgres-plugin', 'plugin-storage'],
] as const;

/**
 * Returns the parts of an earlier set that a new set would store with the same contents. Files only with their database:
 * a row that was written while the bucket was listed may name a file that is not in the list.
 */
export async function unchangedParts(earlier: BackupManifest, stateOf: StateOf): Promise<readonly BackupPart[]> {
  const same = async (name: PartName): Promise<readonly BackupPart[]> => {
    const part = earlier.parts.find((one) => one.part === name);
    if (part?.mechanism !== 'copied' || part.snapshot === undefined || part.tree === undefined) return [];
    const { state } = part.details;
    return state !== undefined && state === (await stateOf(name)) ? [part] : [];
  };
  const found: BackupPart[] = [];
  for (const [database, files] of PAIRS) {
    const dump = await same(database);
    found.push(...dump, ...(dump.length === 0 ? [] : await same(files)));
  }
  return found;
}

/**
 * Stores parts of an earlier set again, as parts of the new one: each set has snapshots of its own, so that one can be
 * removed without the others. Reads no data. Throws the errors of restic.
 */
export async function storeAgain(
  { set }: BackupManifest,
  parts: readonly BackupPart[],
  context: MakeContext,
): Promise<ReadonlyMap<PartName, MadePart>> {
  const snapshots = parts.flatMap(({ snapshot }) => snapshot ?? []);
  const tags = { remove: [setTag(set)], add: [setTag(context.set)] };
  if (snapshots.length > 0) await context.restic.storeAgain(snapshots, tags, resticOptions(context));
  return new Map(
    parts.map(({ snapshot: _, seconds: __, ...part }) => [
      part.part,
      { ...part, details: { unchangedSince: set, ...part.details } },
    ]),
  );
}
