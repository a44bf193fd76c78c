import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/base/json.ts';
import { recoveryChecks } from '../../../src/checks/recovery/checks.ts';
import { withPath } from '../../../src/deployment/paths.ts';
import { SINGLE_POD_SECONDS } from '../../../src/recovery/figures.ts';
import type { RecoveryNeeds } from '../../../src/recovery/needs.ts';
import { impliedPlan } from '../../../src/recovery/plan.ts';
import { judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

/** What no file can say before it was done once. */
const UNDONE = {
  'recovery.drills.last': '2026-11-01',
  'recovery.configuration.repository': 'git@git.example.com:dify',
};
const KEPT = { 'recovery.configuration.secrets': 'vault: kv/dify' };

/** A file whose plan is what two numbers imply. */
function impliedFile(needs: RecoveryNeeds, sample: JsonObject, more: Readonly<Record<string, Json>>): JsonObject {
  const { recovery: _, ...bare } = sample;
  const said = { 'recovery.rto': `${needs.rto}s`, 'recovery.rpo': `${needs.rpo}s`, ...UNDONE, ...KEPT, ...more };
  const implied = impliedPlan(needs).map(({ path, value }) => [path, value] as const);
  return [...Object.entries(said), ...implied].reduce<JsonObject>(
    (file, [path, value]) => withPath(file, path.split('.'), value) as JsonObject,
    bare,
  );
}

const MINUTE = 60;
const promise = fc.integer({ min: MINUTE, max: 60 * 86_400 });

test.each([
  ['kubernetes', 'prod-kubernetes-s3-qdrant'],
  ['compose', 'prod-compose-s3-qdrant'],
] as const)('the recovery plan that any RTO and RPO imply has no finding in prod on %s', (target, sample) => {
  fc.assert(
    fc.property(promise, promise, fc.option(fc.nat(100_000), { nil: undefined }), (rto, rpo, documents) => {
      const needs: RecoveryNeeds = {
        tier: 'prod',
        target,
        rto: Math.max(rto, target === 'kubernetes' ? SINGLE_POD_SECONDS : 0),
        rpo,
        postgres: 'external',
        vectorStore: 'external',
        localFiles: false,
        ...(documents === undefined ? {} : { documents }),
        region: 'single',
      };
      // A restore that was measured; that it was not yet is a finding that no plan can spare.
      const measured = { 'recovery.measured.restore': '1m', 'recovery.measured.at': '2026-10-01' };
      const load = documents === undefined ? {} : { 'load.documents': documents };
      const deployment = parsedDeployment(impliedFile(needs, SAMPLE_FILES[sample], { ...measured, ...load }));
      const results = recoveryChecks
        .filter((check) => check.when?.(deployment, 'prod') === true)
        .map((check) => judged(check, { deployment }));
      // Nothing but the fact that difyctl neither makes the copies of the plan nor sees them.
      const findings = results.filter(
        ({ status, message }) => status !== 'pass' && status !== 'skip' && !message.includes('declared, not seen'),
      );
      expect(findings.map(({ id, message }) => `${id}: ${message}`)).toEqual([]);
    }),
  );
});
