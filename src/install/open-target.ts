import { resolve } from 'node:path';
import type { Target } from '../targets/target.ts';
import type { Prepared } from './prepare.ts';

/** The target that a prepared deployment goes to, loaded only now. */
export async function openTarget(prepared: Prepared, now: () => Date): Promise<Target> {
  const { deployment, runner, kubeArgs, chart, redact, baseDirectory } = prepared;
  const { target, name } = deployment;
  if (target.type === 'compose') {
    const { composeTarget } = await import('../targets/compose/target.ts');
    const project = { name, directory: resolve(baseDirectory, target.directory) };
    return composeTarget({ runner, redact, project, now: () => now().getTime() });
  }
  if (chart === undefined) throw new Error('a Kubernetes deployment was prepared without a chart');
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
