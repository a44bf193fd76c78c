import type { FilesFact } from '../facts.ts';
import { existing, type ObjectReader, type Query } from './source.ts';

/** Tables whose rows name an object, and the column of its key (langgenius/dify api/models, 1.16). */
const TABLES = [
  ['upload_files', 'key'],
  ['tool_files', 'file_key'],
] as const;
const PAGE = 1_000;
const EXAMPLES = 20;
/** Requests at the same time. */
const PARALLEL = 16;

/**
 * Compares the rows of each table with the objects; the newest `objects.sample` of them if it is set. Rows are read in
 * pages of 1,000. Throws Error if a table is missing.
 */
export async function readFiles(query: Query, objects: ObjectReader): Promise<readonly FilesFact[]> {
  const found = await existing(
    query,
    TABLES.map(([table]) => table),
  );
  const facts: FilesFact[] = [];
  for (const [table, column] of TABLES) {
    if (!found.includes(table)) throw new Error(`the table ${table} does not exist`);
    facts.push(await compareTable(query, objects, table, column));
  }
  return facts;
}

async function compareTable(query: Query, objects: ObjectReader, table: string, column: string): Promise<FilesFact> {
  const [total] = await query(`SELECT count(*) AS rows FROM ${table}`);
  const examples: string[] = [];
  let [compared, missing] = [0, 0];
  for await (const page of pagesOf(query, table, column, objects.sample)) {
    for (let start = 0; start < page.length; start += PARALLEL) {
      const few = page.slice(start, start + PARALLEL);
      const there = await Promise.all(few.map(({ key }) => objects.has(key)));
      const gone = few.filter((_, index) => !there[index]);
      missing += gone.length;
      examples.push(...gone.slice(0, EXAMPLES - examples.length).map(({ id, key }) => `${id} (${key})`));
    }
    compared += page.length;
  }
  return { table, rows: Number(total?.rows), compared, missing, examples };
}

interface FileRow {
  readonly id: string;
  readonly key: string;
}

async function* pagesOf(
  query: Query,
  table: string,
  column: string,
  sample: number | undefined,
): AsyncGenerator<readonly FileRow[]> {
  const select = `SELECT id::text AS id, ${column} AS key FROM ${table}`;
  if (sample !== undefined) {
    yield rowsOf(await query(`${select} ORDER BY created_at DESC LIMIT ${Math.trunc(sample)}`));
    return;
  }
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const page = rowsOf(await query(`${select} WHERE id > $1::uuid ORDER BY id LIMIT ${PAGE}`, [after]));
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? after;
  }
}

function rowsOf(rows: Awaited<ReturnType<Query>>): readonly FileRow[] {
  return rows.map(({ id, key }) => ({ id: String(id), key: String(key) }));
}
