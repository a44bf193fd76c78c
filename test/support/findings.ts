import { expect } from 'vitest';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';

/** The words of findings by the id of the check: a text, or a pattern that the whole text must have. */
export type Findings = Readonly<Record<string, string | RegExp>>;

/** The result of one check. */
export function resultOf({ checks }: CheckReport, id: string): CheckResult | undefined {
  return checks.find((check) => check.id === id);
}

/** The status of every check that was judged, by its id. Checks that do not apply are left out. */
export function statusesOf({ checks }: CheckReport): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.filter(({ status }) => status !== 'skip').map(({ id, status }) => [id, status]));
}

/** `STATUS: WHAT WAS OBSERVED` of every finding, by the id of its check. An unknown has its message. */
export function findingsOf({ checks }: CheckReport): Readonly<Record<string, string>> {
  const findings = checks.filter(({ status }) => status !== 'pass' && status !== 'skip');
  const words = ({ status, observed, message }: CheckResult) => (status === 'unknown' ? message : observed);
  return Object.fromEntries(findings.map((one) => [one.id, `${one.status}: ${words(one)}`]));
}

/** What `findingsOf` must equal. */
export function matching(findings: Findings): Readonly<Record<string, unknown>> {
  const expected = Object.entries(findings).map(([id, words]) => [
    id,
    typeof words === 'string' ? words : expect.stringMatching(words),
  ]);
  return Object.fromEntries(expected);
}
