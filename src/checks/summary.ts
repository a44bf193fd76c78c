import { counted } from '../base/words.ts';
import type { CheckReport, Status } from './check.ts';

const WORDS: Readonly<Record<Status, (count: number) => string>> = {
  pass: (count) => `${count} passed`,
  warn: (count) => counted(count, 'warning'),
  fail: (count) => `${count} failed`,
  unknown: (count) => `${count} unknown`,
  skip: (count) => `${count} skipped`,
};

/** `12 passed, 1 warning, 0 failed`: the counts of these statuses, in this order. */
export function summaryText(summary: CheckReport['summary'], statuses: readonly Status[]): string {
  return statuses.map((status) => WORDS[status](summary[status])).join(', ');
}

/** The same without counts of 0; what passed is always included. */
export function shortSummaryText(summary: CheckReport['summary'], statuses: readonly Status[]): string {
  const said = statuses.filter((status) => status === 'pass' || summary[status] > 0);
  return summaryText(summary, said);
}
