import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import type { CheckResult } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import { endpointsCollector } from '../../src/evidence/endpoints.ts';
import { postgresCollector } from '../../src/evidence/postgres/collector.ts';
import { POSTGRES, type PostgresFacts } from '../../src/evidence/postgres/facts.ts';
import { type Dial, dialHere } from '../../src/net/dial.ts';
import { collectContext } from './check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from './deployments.ts';

export interface PostgresLook {
  readonly facts: PostgresFacts | undefined;
  /** `id status` of every result that is neither pass nor skip. */
  readonly findings: readonly string[];
  /** The report and the evidence as one text, for searches. */
  readonly text: string;
  /** The whole result of one check. */
  of(id: string): CheckResult;
}

/** A production on one host whose other services are bundled, so that only PostgreSQL is connected to. */
const SAMPLE = {
  ...SAMPLE_FILES['prod-compose-s3-qdrant'],
  redis: { mode: 'bundled' },
  objectStorage: { provider: 'local' },
  vectorStore: { mode: 'bundled' },
} as const satisfies JsonObject;

/** Probes PostgreSQL like preflight and runs every PostgreSQL check. `secrets` are by their paths in the file. */
export async function lookAtPostgres(
  postgres: JsonObject,
  secrets: Readonly<Record<string, string>>,
  file: JsonObject = {},
  dial: Dial = dialHere,
): Promise<PostgresLook> {
  const deployment = parsedDeployment(
    deepMerge({ ...SAMPLE, postgres: { mode: 'external', ...postgres } }, file) as JsonObject,
  );
  const checks = CHECKS.filter(({ id }) => id.startsWith('postgres.'));
  const context = collectContext({
    tier: deployment.tier,
    deployment,
    secrets: secretsAt(secrets),
    now: () => new Date(),
    dial,
  });
  const collectors = [postgresCollector, endpointsCollector];
  const { report, evidence } = await runChecks({ phase: 'preflight', checks, collectors, context });
  const results = report.checks;
  return {
    facts: evidence.find(({ key }) => key === POSTGRES.name)?.data as PostgresFacts | undefined,
    findings: results
      .filter(({ status }) => status !== 'pass' && status !== 'skip')
      .map(({ id, status }) => `${id} ${status}`),
    text: JSON.stringify({ report, evidence }),
    of: (id) => {
      const result = results.find((one) => one.id === id);
      if (result === undefined) throw new Error(`${id} was not probed`);
      return result;
    },
  };
}

function secretsAt(secrets: Readonly<Record<string, string>>): SecretValues {
  return { get: (path) => secrets[path] ?? '', has: (path) => path in secrets, unresolved: [] };
}
