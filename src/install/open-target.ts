import { UserError } from '../base/errors.ts';
import type { Target } from '../targets/target.ts';
import type { Prepared } from './prepare.ts';

/** The target that a prepared deployment goes to, loaded only now. */
export async function openTarget(prepared: Prepared, now: () => Date): Promise<Target> {
  const { deployment, runner, kubeArgs, chart, redact } = prepared;
  const { target, name } = deployment;
  if (target.type !== 'kubernetes' || chart === undefined) {
    throw new UserError('a Compose deployment can be rendered, and not be installed yet', {
      next: ['difyctl render --out DIR, then docker compose up -d --wait in it'],
    });
  }
  const { kubernetesTarget } = await import('../targets/kubernetes/target.ts');
  return kubernetesTarget({
    runner,
    kubeArgs,
    redact,
    chart: chart.reference,
    release: { name, namespace: target.namespace },
    now: () => now().getTime(),
  });
}
