import type { CollectContext } from '../evidence/evidence.ts';
import { dialHere } from '../net/dial.ts';
import type { PreparedDeployment } from './prepare.ts';

/** The inputs of collectors for a prepared deployment, in preflight and postflight. */
export function collectContext(prepared: PreparedDeployment): Omit<CollectContext, 'env' | 'now' | 'signal'> {
  const { deployment, secrets, rendered, chart, kubeArgs, baseDirectory, runner } = prepared;
  return {
    tier: deployment.tier,
    deployment,
    secrets,
    rendered: rendered.ok ? rendered.value : undefined,
    chart: chart?.reference,
    renderFault: rendered.ok ? undefined : rendered.error.message,
    kubeArgs,
    baseDirectory,
    runner,
    dial: dialHere,
    from: 'local',
  };
}
