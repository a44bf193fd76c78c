import { UserError } from '../../base/errors.ts';

/** ISO 8601 with seconds and a zone. Without a zone it would mean another moment on another machine. */
const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** A moment with its zone. Throws UserError for any other text. */
export function statedTime(text: string): Date {
  const time = Date.parse(text);
  if (FORM.test(text) && Number.isFinite(time)) return new Date(time);
  throw new UserError(`--at ${text}: expected a time with its zone, such as 2026-11-29T02:15:00Z`);
}

/** Throws UserError for a moment in the future. */
export function refuseFuture(at: Date | undefined, now: Date): void {
  if (at === undefined || at <= now) return;
  throw new UserError(`--at ${at.toISOString()} is in the future; it is ${now.toISOString()}`);
}
