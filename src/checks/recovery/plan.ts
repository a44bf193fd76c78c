import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { errorInProd, withFile } from '../when.ts';

export const recoveryPlan: Check = {
  id: 'recovery.plan',
  title: 'the recovery plan exists and covers every store',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  remedy: 'difyctl init asks for the plan; the fields are under recovery',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const { recovery } = deployment;
    const expected = 'RTO, RPO, a recovery method for every store, and drills';
    if (recovery === undefined) return finding('fail', { observed: 'no recovery plan', expected });
    const missing = missingParts(deployment, recovery);
    if (missing.length > 0) {
      const paths = missing.map((part) => `recovery.${part}`);
      return finding('fail', {
        observed: `the plan does not cover ${listed(missing)}`,
        expected,
        remedy: `fill in ${listed(paths)}: difyctl init, or --set`,
      });
    }
    return pass(`RTO ${recovery.rto}, RPO ${recovery.rpo}`, expected);
  },
};

function missingParts({ redis }: Deployment, plan: NonNullable<Deployment['recovery']>): readonly string[] {
  const parts: Readonly<Record<string, unknown>> = {
    rto: plan.rto,
    rpo: plan.rpo,
    postgres: plan.postgres,
    // Compose and the chart decide about the persistence of a bundled Redis.
    ...(redis.mode === 'external' ? { redis: plan.redis } : {}),
    objectStorage: plan.objectStorage,
    vectorStore: plan.vectorStore,
    drills: plan.drills,
  };
  return Object.entries(parts)
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
}
