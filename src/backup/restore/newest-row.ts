import type { Query } from '../invariants/read/source.ts';

/** Tables that users write to all the time (langgenius/dify api/models, 1.16). */
const TABLES = ['messages', 'workflow_runs', 'upload_files', 'document_segments', 'conversations', 'apps', 'accounts'];

/** Those tables that have the time of a row, as Dify writes it: in UTC, without a time zone. */
const TIMED = `SELECT name FROM unnest($1::text[]) AS name JOIN pg_attribute ON attrelid = to_regclass(name)
  WHERE attname = 'created_at' AND NOT attisdropped AND atttypid = 'timestamp'::regtype`;

/**
 * The newest row of these tables, as an ISO time. A table without `created_at` has no time. Undefined if no row has one.
 */
export async function newestRow(query: Query): Promise<{ readonly at: string; readonly table: string } | undefined> {
  const found: { readonly at: string; readonly table: string }[] = [];
  for (const { name } of await query(TIMED, [TABLES])) {
    const table = String(name);
    const [row] = await query(`SELECT to_char(max(created_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS newest FROM ${table}`);
    if (typeof row?.newest === 'string') found.push({ at: row.newest, table });
  }
  return found.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
}
