import type { JsonObject } from '../../src/base/json.ts';
import type { CheckResult } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { vectorStoreChecks } from '../../src/checks/vector-store/checks.ts';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import { probeVectorStore } from '../../src/evidence/vector-store/collector.ts';
import { VECTOR_STORE, type VectorStoreFacts } from '../../src/evidence/vector-store/facts.ts';
import { collectContext } from './check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from './deployments.ts';

export interface LookOptions {
  readonly tier?: 'test' | 'prod';
  readonly target?: 'compose' | 'kubernetes';
  readonly managed?: JsonObject;
  readonly limitMs?: number;
  readonly ca?: string;
  /** Merged over the rest of the file. */
  readonly file?: JsonObject;
}

export interface Look {
  readonly facts: VectorStoreFacts;
  readonly results: readonly CheckResult[];
  /** `id status` of every result that is neither pass nor skip. */
  readonly findings: readonly string[];
  readonly passed: readonly string[];
}

/** Probes a vector store with these secrets like preflight and runs every vector store check. */
export async function lookAtStore(
  store: JsonObject,
  secrets: Readonly<Record<string, string>>,
  { tier = 'prod', target = 'compose', managed, limitMs = 2_000, ca, file = {} }: LookOptions = {},
): Promise<Look> {
  const base = SAMPLE_FILES[target === 'compose' ? 'prod-compose-s3-qdrant' : 'prod-kubernetes-s3-qdrant'];
  const vectorStore = { mode: 'external', ...store, ...(managed === undefined ? {} : { managed }) };
  const deployment = parsedDeployment({ ...base, tier, ...file, vectorStore });
  const values = secretsAt(
    Object.entries(secrets).map(([name, value]) => [`vectorStore.${String(store.provider)}.${name}`, value]),
  );
  const context = collectContext({ tier, deployment, secrets: values });
  const facts = await probeVectorStore(context, { limitMs, ...(ca === undefined ? {} : { ca }) });
  const collector = { key: VECTOR_STORE, timeoutMs: 60_000, collect: async () => facts };
  const run = await runChecks({ phase: 'preflight', checks: vectorStoreChecks, collectors: [collector], context });
  const results = run.report.checks;
  return {
    facts,
    results,
    findings: results
      .filter(({ status }) => status !== 'pass' && status !== 'skip')
      .map(({ id, status }) => `${id} ${status}`),
    passed: results.filter(({ status }) => status === 'pass').map(({ id }) => id),
  };
}

/** Secrets by their path in the file. */
export function secretsAt(entries: readonly (readonly [string, string])[]): SecretValues {
  const values = new Map(entries);
  return { get: (path) => values.get(path) ?? '', has: (path) => values.has(path), unresolved: [] };
}
