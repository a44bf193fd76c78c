import { deepMerge, type JsonObject } from '../../src/base/json.ts';
import type { CheckResult } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { SecretValues } from '../../src/deployment/secrets.ts';
import { endpointsCollector } from '../../src/evidence/endpoints.ts';
import type { CollectContext } from '../../src/evidence/evidence.ts';
import { redisCollectorWithin } from '../../src/evidence/redis/collector.ts';
import { REDIS, type RedisFacts } from '../../src/evidence/redis/facts.ts';
import { collectContext } from './check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from './deployments.ts';

export interface LookOptions {
  readonly target?: 'compose' | 'kubernetes';
  /** Merged over the rest of the file. */
  readonly file?: JsonObject;
  readonly context?: Partial<CollectContext>;
}

export interface Look {
  readonly evidence: RedisFacts | undefined;
  readonly results: readonly CheckResult[];
  /** `id status` of every result that is neither pass nor skip. */
  readonly findings: readonly string[];
  /** The whole result of one check. */
  of(id: string): CheckResult;
}

/** Probes Redis like preflight and runs every Redis check. `secrets` are by their paths in the file. */
export async function probeRedis(
  redis: JsonObject,
  secrets: Readonly<Record<string, string>>,
  options: LookOptions = {},
): Promise<Look> {
  const sample = SAMPLE_FILES[options.target === 'kubernetes' ? 'prod-kubernetes-s3-qdrant' : 'prod-compose-s3-qdrant'];
  const file = deepMerge({ ...sample, redis: { mode: 'external', ...redis } }, options.file ?? {}) as JsonObject;
  const deployment = parsedDeployment(file);
  const checks = CHECKS.filter(({ id }) => id.startsWith('redis.'));
  const context = collectContext({
    tier: deployment.tier,
    deployment,
    secrets: secretsAt(secrets),
    now: () => new Date(),
    ...options.context,
  });
  const collectors = [redisCollectorWithin(3_000), endpointsCollector];
  const { report, evidence } = await runChecks({ phase: 'preflight', checks, collectors, context });
  const results = report.checks;
  return {
    evidence: evidence.find(({ key }) => key === REDIS.name)?.data as RedisFacts | undefined,
    results,
    findings: results
      .filter(({ status }) => status !== 'pass' && status !== 'skip')
      .map(({ id, status }) => `${id} ${status}`),
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
