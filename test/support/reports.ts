import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import { summarize } from '../../src/checks/engine.ts';

/** A result that passed. `over` changes fields of it. */
export function sampleResult(id: string, over: Partial<CheckResult> = {}): CheckResult {
  return {
    id,
    subject: id.split('.')[0] as CheckResult['subject'],
    status: 'pass',
    severity: 'error',
    observed: 'seen',
    expected: 'expected',
    message: 'seen',
    remedy: 'fix it',
    durationMs: 3,
    ...over,
  };
}

/** A report of these results, with its summary. */
export function sampleReport(checks: readonly CheckResult[], over: Partial<CheckReport> = {}): CheckReport {
  return {
    apiVersion: 'difyctl/v1',
    kind: 'CheckReport',
    difyctl: '1.0.0',
    time: '2026-11-22T12:00:00.000Z',
    deployment: 'dify',
    tier: 'prod',
    target: 'kubernetes',
    location: 'prod-eu/dify',
    phase: 'preflight',
    durationMs: 4300,
    summary: summarize(checks),
    checks,
    ...over,
  };
}
