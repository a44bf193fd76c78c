import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError, Fault, Interrupted } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import type { Restic } from '../../exec/restic.ts';
import type { CountVectors } from '../invariants/read/source.ts';
import { type BackupManifest, type BackupPart, partOf } from '../manifest.ts';
import { type VectorInput, withCopies } from '../vectors/access.ts';
import {
  COLLECTIONS_FILE,
  collectionOf,
  parseCollections,
  readCollections,
  type SavedCollection,
} from '../vectors/collections.ts';
import type { VectorCopies } from '../vectors/copies.ts';
import { fetchPart, refuseFullDisk } from './restore-part.ts';

/** Inputs of a restore of vectors, besides the part. */
export interface VectorRestore extends VectorInput {
  readonly restic: Restic;
  /** A folder that only this user can read. */
  readonly folder: string;
  /** The knowledge base whose vectors alone are restored. Undefined: all. */
  readonly knowledgeBase?: string | undefined;
}

/** What was observed of the collections of a set in the store. */
export interface ObservedVectors {
  /** `qdrant at qdrant.example.com:6333`. */
  readonly where: string;
  /** Collections of the set that are restored. */
  readonly saved: number;
  /** Those of them that the store has. */
  readonly present: number;
}

/** Observes which collections the store has of those that are restored. Throws UserError or ExternalError if they cannot be observed. */
export async function observeVectors(part: BackupPart, input: VectorRestore): Promise<ObservedVectors> {
  const text = await input.restic.text(part.snapshot ?? '', `/${COLLECTIONS_FILE}`, input);
  const saved = chosen(parseCollections(text), input);
  return withCopies(input, async (copies) => {
    await copies.requireFit?.(part.details);
    let present = 0;
    for (const { name } of saved) if ((await copies.count(name, undefined, undefined)) !== undefined) present += 1;
    return { where: copies.where, saved: saved.length, present };
  });
}

/**
 * Restores the chosen collections of the set. Each replaces a collection of the same name. It can be repeated. `scratch`: the
 * name of a drill. Throws ExternalError if a collection then has fewer vectors than the set.
 */
export async function restoreVectors(
  part: BackupPart,
  scratch: string | undefined,
  input: VectorRestore,
  onDetail: (text: string) => void,
): Promise<void> {
  await onCopy(part, input, async ({ copies, saved, folder }) => {
    await copies.requireFit?.(part.details);
    const names = saved.map(({ name }) => name);
    const onDone = (done: number): void => onDetail(`${done} of ${counted(names.length, 'collection')}`);
    await copies.remove(names, scratch);
    await copies.restore(names, { folder, details: part.details, onDone }, scratch);
    await requireCounts(copies, saved, scratch);
  });
}

function chosen(saved: readonly SavedCollection[], { knowledgeBase }: VectorRestore): readonly SavedCollection[] {
  return knowledgeBase === undefined ? saved : collectionOf(saved, knowledgeBase);
}

/** Fetches the copy, opens the store, and removes the fetched copy afterwards. */
async function onCopy<T>(
  part: BackupPart,
  input: VectorRestore,
  use: (opened: {
    readonly copies: VectorCopies;
    readonly saved: readonly SavedCollection[];
    readonly folder: string;
  }) => Promise<T>,
): Promise<T> {
  const folder = join(input.folder, 'vectors');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    await refuseFullDisk(folder, [part]);
    await fetchPart(input.restic, part, folder, input.signal);
    const saved = chosen(await readCollections(folder), input);
    return await withCopies(input, (copies) => use({ copies, saved, folder }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function requireCounts(
  copies: VectorCopies,
  saved: readonly SavedCollection[],
  scratch: string | undefined,
): Promise<void> {
  for (const { name, vectors } of saved) {
    const found = (await copies.count(name, undefined, scratch)) ?? 0;
    if (found >= vectors) continue;
    throw new ExternalError(`the collection ${name} has ${counted(found, 'vector')}; the set has ${vectors}`, {
      next: ['difyctl preflight --only vector-store.* examines the vector store'],
    });
  }
}

/**
 * Calls `use` with the counts of vectors in the store of the deployment. If the store does not answer, each count is
 * rejected with the reason. Throws what `use` throws.
 */
export async function withCounts<T>(
  input: VectorInput,
  scratch: string | undefined,
  use: (count: CountVectors) => Promise<T>,
): Promise<T> {
  let isOpen = false;
  try {
    return await withCopies(input, (copies) => {
      isOpen = true;
      return use((collection, dataset) => copies.count(collection, dataset, scratch));
    });
  } catch (error) {
    if (isOpen || !(error instanceof Fault) || error instanceof Interrupted) throw error;
    return use(() => Promise.reject(error));
  }
}

/**
 * Returns the part `vectors` of a set if its collections can be restored: the set has a copy, or a list of what the
 * store has in its repository.
 */
export function vectorCopy(manifest: BackupManifest): BackupPart | undefined {
  const part = partOf(manifest, 'vectors');
  const isCopy = part.mechanism === 'copied' || part.mechanism === 'referenced';
  return isCopy && part.snapshot !== undefined ? part : undefined;
}
