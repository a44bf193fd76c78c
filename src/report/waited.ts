import { elapsed } from '../base/duration.ts';
import type { CheckReport } from '../checks/check.ts';
import { counted } from '../checks/judgement.ts';

const ENDINGS: Readonly<Record<NonNullable<CheckReport['waited']>['endedBy'], string>> = {
  passed: 'until all passed',
  timeout: 'until the time limit was reached',
  unrecoverable: 'until waiting could no longer help',
};

/** The course of `--wait`: `2m 10s, checked again 13 times, until all passed`. Undefined if there was no wait. */
export function waitedWords({ waited }: CheckReport): string | undefined {
  if (waited === undefined || (waited.rounds === 0 && waited.endedBy === 'passed')) return undefined;
  const { ms, rounds, endedBy } = waited;
  return `${elapsed(ms)}, checked again ${counted(rounds, 'time')}, ${ENDINGS[endedBy]}`;
}
