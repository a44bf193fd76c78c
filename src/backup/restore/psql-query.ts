import { jsonLines } from '../../exec/answer.ts';
import type { Runner, RunOptions } from '../../exec/runner.ts';
import { type DatabaseClient, queryLines } from '../database.ts';
import type { Query } from '../invariants/read/source.ts';

type Rows = Awaited<ReturnType<Query>>;

/**
 * Returns queries of a database through psql: also of one that only its own container reaches. Each row is JSON, so that
 * a count is a number. Throws ExternalError.
 */
export function psqlQuery(runner: Runner, client: DatabaseClient, options: RunOptions): Query {
  return async (text, values = []) => {
    const sql = `SELECT row_to_json(r) FROM (${withLiterals(text, values)}) r`;
    const lines = await queryLines(runner, client, sql, options);
    return jsonLines(lines.join('\n'), 'psql') as Rows;
  };
}

/** Replaces `$1`, `$2`, … by literals: psql before 16 cannot bind parameters. */
export function withLiterals(text: string, values: readonly unknown[]): string {
  return text.replace(/\$(\d+)/g, (_, number: string) => sqlLiteral(values[Number(number) - 1]));
}

/** Returns a value as a literal of SQL. */
export function sqlLiteral(value: unknown): string {
  if (Array.isArray(value)) return `ARRAY[${value.map(sqlLiteral).join(', ')}]::text[]`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

/** Returns a name of a database or a role as an identifier of SQL. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
