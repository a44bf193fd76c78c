import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { tryBoundedJson } from '../../base/bounded-json.ts';
import { ExternalError, UserError } from '../../base/errors.ts';

/**
 * The names that Dify gives. They come from the database and become parts of files, paths and statements, so that other
 * characters are refused.
 */
const collectionName = z.string().regex(/^[A-Za-z0-9_-]{1,200}$/);

const schema = z.array(z.object({ name: collectionName, vectors: z.int().nonnegative() }));

/** A copied collection with the number of its vectors when it was copied. */
export type SavedCollection = z.output<typeof schema>[number];

/** The list in the folder of a copy. */
export const COLLECTIONS_FILE = 'collections.json';

/** Throws UserError if one of the names is not of the form of Dify's names. */
export function requireNames(names: readonly string[]): void {
  const other = names.find((name) => !collectionName.safeParse(name).success);
  if (other === undefined) return;
  throw new UserError(`the collection ${JSON.stringify(other.slice(0, 80))} has a name that Dify does not give`, {
    next: ['check index_struct and dataset_collection_bindings in the main database'],
  });
}

/**
 * Returns the collection of one knowledge base, whose name has the id with underscores (langgenius/dify,
 * `Dataset.gen_collection_name_by_id`). Throws UserError if the copy has none.
 */
export function collectionOf(saved: readonly SavedCollection[], knowledgeBase: string): readonly SavedCollection[] {
  const id = knowledgeBase.toLowerCase().replaceAll('-', '_');
  const found = saved.filter(({ name }) => name.toLowerCase().includes(id));
  if (found.length > 0) return found;
  throw new UserError(`the set has no collection of the knowledge base ${knowledgeBase}`, {
    next: [
      'the id is in the address of the knowledge base in Dify: /datasets/ID/documents',
      'a knowledge base without a collection of its own is restored with all others: difyctl restore SET --part vectors',
    ],
  });
}

/** Writes the list of the collections of a copy into its folder. */
export async function writeCollections(folder: string, collections: readonly SavedCollection[]): Promise<void> {
  await writeFile(join(folder, COLLECTIONS_FILE), `${JSON.stringify(collections, null, 2)}\n`, { mode: 0o600 });
}

/** Reads the list of a copy. Throws ExternalError if it does not exist or is not valid. */
export async function readCollections(folder: string): Promise<readonly SavedCollection[]> {
  return parseCollections(await readFile(join(folder, COLLECTIONS_FILE), 'utf8').catch(() => ''));
}

/** Parses the list of a copy. Throws ExternalError if it is not valid. */
export function parseCollections(text: string): readonly SavedCollection[] {
  const { data } = schema.safeParse(tryBoundedJson(text));
  if (data !== undefined) return data;
  throw new ExternalError('the part vectors of the set has no valid list of its collections', {
    next: ['restore another set: difyctl backup list'],
  });
}
