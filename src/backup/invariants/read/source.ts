import type { Row } from '../../../evidence/postgres/session.ts';
import type { Read } from '../facts.ts';

/** Rows of one statement in a recovered database. Throws PostgresFault. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** The recovered objects of one storage. */
export interface ObjectReader {
  has(key: string): Promise<boolean>;
  /** The object's bytes. Undefined if it does not exist. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** The most rows of a table that are compared with it. Undefined: all. */
  readonly sample?: number;
}

/** Counts vectors of a knowledge base. Returns undefined if its collection does not exist. */
export type CountVectors = (collection: string, dataset: string) => Promise<number | undefined>;

/** Returns what `read` returns, or why it failed. Throws if `signal` is aborted. */
export async function attempt<T>(signal: AbortSignal, read: () => Promise<T>): Promise<Read<T>> {
  try {
    return { seen: await read() };
  } catch (error) {
    signal.throwIfAborted();
    return { unread: error instanceof Error ? error.message : String(error) };
  }
}

/** Returns those of the tables that exist in the schema of the session, in the same order. */
export async function existing(query: Query, tables: readonly string[]): Promise<readonly string[]> {
  const rows = await query('SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL', [tables]);
  const found = new Set(rows.map(({ name }) => String(name)));
  return tables.filter((table) => found.has(table));
}
