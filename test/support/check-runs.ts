import { redactor } from '../../src/base/redact.ts';
import type { Check } from '../../src/checks/check.ts';
import type { CollectContext, Collector, EvidenceKey } from '../../src/evidence/evidence.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';

/** A context for collectors in tests: no deployment, the real runner, a fixed clock. */
export function collectContext(over: Partial<CollectContext> = {}): CollectContext {
  return {
    tier: 'prod',
    deployment: undefined,
    secrets: undefined,
    rendered: undefined,
    kubeArgs: [],
    baseDirectory: '/',
    runner: createRunner({ env: process.env, hiddenNames: new Set(), passNames: new Set(), redact: redactor([]) }),
    env: {},
    now: () => new Date('2026-11-22T12:00:00Z'),
    signal: new AbortController().signal,
    ...over,
  };
}

/** A collector that gives this. */
export function fixedCollector<T>(key: EvidenceKey<T>, data: T): Collector<T> {
  return { key, timeoutMs: 1_000, collect: async () => data };
}

/** A check that always passes, to be varied. */
export function sampleCheck(over: Partial<Check> & { readonly id: string }): Check {
  return {
    title: over.id,
    phases: ['preflight'],
    severity: () => 'error',
    needs: [],
    judge: () => ({ status: 'pass', observed: 'seen', expected: 'seen', message: 'fine' }),
    remedy: 'mend it',
    ...over,
  };
}
