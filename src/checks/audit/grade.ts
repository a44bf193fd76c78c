import type { AuditVerdict, CheckResult, Grade } from '../check.ts';
import type { AuditCheck } from './check.ts';

/** Entries of `worst`. */
const MOST = 10;
/** The lowest score of each grade. */
const BANDS: readonly (readonly [lowest: number, grade: Grade])[] = [
  [90, 'A'],
  [75, 'B'],
  [60, 'C'],
  [45, 'D'],
  [30, 'E'],
  [0, 'F'],
];
/** The share of its risk that a result takes from the score. */
const SHARES = { fail: 1, warn: 0.5, unknown: 0.25, pass: 0, skip: 0 } as const;
/** A failure of this risk gives others access or loses work: the score is at most this, whatever else passes. */
const CAPS: readonly (readonly [risk: number, most: number])[] = [
  [10, 29],
  [8, 59],
  [6, 74],
];

/**
 * The verdict of an audit. The score is 100 minus the share of the risk of each result: all of it for `fail`, half for
 * `warn`, a quarter for `unknown`. It is at most 29 with a failure of risk 10, 59 with one of risk 8 or more, 74 with
 * one of risk 6 or more, and 89 if anything of severity error is unknown. The bands are 90 A, 75 B, 60 C, 45 D, 30 E;
 * below is F.
 */
export function auditVerdict(checks: readonly AuditCheck[], results: readonly CheckResult[]): AuditVerdict {
  const known = new Map(checks.map((check) => [check.id, check]));
  const judged = results.flatMap((result) => {
    const check = known.get(result.id);
    return check === undefined ? [] : [{ result, check, weight: check.risk * SHARES[result.status] }];
  });
  const lost = judged.reduce((sum, { weight }) => sum + weight, 0);
  const score = Math.max(
    0,
    Math.min(Math.round(100 - lost), ...judged.map(({ result, check }) => capOf(result, check))),
  );
  const findings = judged.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight);
  return {
    grade: BANDS.find(([lowest]) => score >= lowest)?.[1] ?? 'F',
    score,
    worst: findings.slice(0, MOST).map(({ result: { id, status, message }, check: { risk } }) => ({
      id,
      status,
      risk,
      message: message.split('\n')[0] ?? '',
    })),
    changes: findings
      .filter(({ result }) => result.status !== 'unknown')
      .map(({ check: { id, change } }) => ({ id, change })),
  };
}

function capOf({ status, severity }: CheckResult, { risk }: AuditCheck): number {
  if (status === 'unknown' && severity === 'error') return 89;
  if (status !== 'fail') return 100;
  return CAPS.find(([from]) => risk >= from)?.[1] ?? 100;
}
