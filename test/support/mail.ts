import type { JsonObject } from '../../src/base/json.ts';
import type { CheckResult } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { endpointsCollector } from '../../src/evidence/endpoints.ts';
import { mailCollectorWithin } from '../../src/evidence/mail/collector.ts';
import { collectContext } from './check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from './deployments.ts';

export interface Look {
  readonly results: readonly CheckResult[];
  /** `id status` of every result that is neither pass nor skip. */
  readonly findings: readonly string[];
  of(id: string): CheckResult;
}

/** Probes a mail service like preflight and runs every mail check. `secrets` are by their paths in the file. */
export async function lookAtMail(mail: JsonObject, secrets: Readonly<Record<string, string>>): Promise<Look> {
  const deployment = parsedDeployment({ ...SAMPLE_FILES['prod-compose-s3-qdrant'], mail });
  const values = { get: (at: string) => secrets[at] ?? '', has: (at: string) => at in secrets, unresolved: [] };
  const context = collectContext({ tier: 'prod', deployment, secrets: values });
  const checks = CHECKS.filter(({ id }) => id.startsWith('mail.'));
  const { report } = await runChecks({
    phase: 'preflight',
    checks,
    collectors: [mailCollectorWithin(3_000), endpointsCollector],
    context,
  });
  const results = report.checks;
  return {
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
