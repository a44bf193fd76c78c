import type { CheckReport } from '../checks/check.ts';
import { counted } from '../checks/judgement.ts';
import { elapsed } from './elapsed.ts';

const OVER: Readonly<Record<NonNullable<CheckReport['waited']>['over'], string>> = {
  passed: 'until all passed',
  time: 'until the time was over',
  hopeless: 'until nothing was left that waiting mends',
};

/** How `--wait` went, in words: `2m 10s, looked again 13 times, until all passed`; undefined where nothing had to be waited for. */
export function waitedWords({ waited }: CheckReport): string | undefined {
  if (waited === undefined || (waited.rounds === 0 && waited.over === 'passed')) return undefined;
  const { ms, rounds, over } = waited;
  return `${elapsed(ms)}, looked again ${counted(rounds, 'time')}, ${OVER[over]}`;
}
