import { redactor } from '../../src/base/redact.ts';
import type { Tier } from '../../src/checklist/tiers.ts';
import type { Check, CheckResult } from '../../src/checks/check.ts';
import { judgeCheck } from '../../src/checks/judge.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import type { CollectContext, Collector, EvidenceKey, EvidenceOrigin } from '../../src/evidence/evidence.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { dialHere } from '../../src/net/dial.ts';

/** A context for collectors in tests: no deployment, the real runner, the real clock. */
export function collectContext(over: Partial<CollectContext> = {}): CollectContext {
  return {
    tier: 'prod',
    deployment: undefined,
    secrets: undefined,
    rendered: undefined,
    kubeArgs: [],
    baseDirectory: '/',
    runner: createRunner({ env: process.env, hiddenNames: new Set(), passNames: new Set(), redact: redactor([]) }),
    dial: dialHere,
    from: 'local',
    env: {},
    now: () => new Date(),
    signal: new AbortController().signal,
    ...over,
  };
}

/** A collector that returns `data`. */
export function fixedCollector<T>(key: EvidenceKey<T>, data: T): Collector<T> {
  return { key, timeoutMs: 1_000, collect: async () => data };
}

/** A check that always passes. `over` changes fields of it. */
export function sampleCheck(over: Partial<Check> & { readonly id: string }): Check {
  return {
    title: over.id,
    phases: ['preflight'],
    severity: () => 'error',
    requires: [],
    judge: () => ({ status: 'pass', observed: 'seen', expected: 'seen', message: 'fine' }),
    remedy: 'fix it',
    ...over,
  };
}

export interface JudgeInput {
  readonly tier?: Tier;
  readonly deployment?: Deployment;
  /** A day (at 12:00 UTC) or a time. */
  readonly now?: string;
  /** Evidence that exists. */
  readonly seen?: readonly (readonly [EvidenceKey<unknown>, unknown])[];
  /** Where it was collected. Default: locally. */
  readonly from?: EvidenceOrigin;
}

/** The result of one check on evidence that is given as data. */
export function judged(
  check: Check,
  { tier = 'prod', deployment, now = '2026-11-22', seen = [], from = 'local' }: JudgeInput = {},
): CheckResult {
  const evidence = new Map(
    seen.map(([key, data]) => {
      const { name, version } = key;
      const collectedAt = '2026-11-22T12:00:00Z';
      return [name, { key: name, version, collectedAt, from, outcome: 'ok', data, durationMs: 1 } as const];
    }),
  );
  return judgeCheck(check, {
    tier: deployment?.tier ?? tier,
    deployment,
    now: new Date(now.includes('T') ? now : `${now}T12:00:00Z`),
    evidence,
  });
}

/** A check of the registry by its id. */
export function checkOf(id: string): Check {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check;
}
