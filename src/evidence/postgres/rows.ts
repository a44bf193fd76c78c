import type { Row, Session } from './session.ts';

/** Rows of a statement that this server or this role may refuse: undefined then. A connection that is gone is heard by whatever needs it next. */
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

/** A number, also where the driver gives it as text (bigint, numeric). */
export function number(row: Row | undefined, column: string): number | undefined {
  const value = text(row, column);
  return value === undefined || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
}

export function flag(row: Row | undefined, column: string): boolean {
  return row?.[column] === true;
}
