import { resolve } from 'node:path';
import type { Target } from '../targets/target.ts';
import type { DeploymentContext } from './open-deployment.ts';
import type { RenderedDeployment } from './prepare.ts';

/** Opens the target of a deployment; its module is imported on demand. Without a chart, it cannot plan or apply. */
export async function openTarget(
  {
    deployment,
    runner,
    kubeArgs,
    chart,
    redact,
    baseDirectory,
  }: DeploymentContext & Partial<Pick<RenderedDeployment, 'chart'>>,
  now: () => Date,
): Promise<Target> {
  const { target, name } = deployment;
  if (target.type === 'compose') {
    const { composeTarget } = await import('../targets/compose/target.ts');
    const project = { name, directory: resolve(baseDirectory, target.directory) };
    return composeTarget({ runner, redact, project, now: () => now().getTime() });
  }
  const { kubernetesTarget } = await import('../targets/kubernetes/target.ts');
  return kubernetesTarget({
    runner,
    kubeArgs,
    redact,
    chart: chart?.reference,
    release: { name, namespace: target.namespace },
    now: () => now().getTime(),
  });
}
