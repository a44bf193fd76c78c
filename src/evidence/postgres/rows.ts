import type { Row, Session } from './session.ts';

/**
 * Rows of a statement. Returns undefined if it fails, because this server or role may refuse it. A broken connection
 * fails the next statement.
 */
export async function seen(
  session: Session,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[] | undefined> {
  return session.query(text, { values }).catch(() => undefined);
}

export function text(row: Row | undefined, column: string): string | undefined {
  const value = row?.[column];
  return value === null || value === undefined ? undefined : String(value);
}

/** A number; the driver returns bigint and numeric as text. Undefined for null or other text. */
export function number(row: Row | undefined, column: string): number | undefined {
  const value = text(row, column);
  return value === undefined || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
}

export function flag(row: Row | undefined, column: string): boolean {
  return row?.[column] === true;
}
