import { helm } from '../../exec/helm.ts';
import { jsonDocuments } from '../../exec/json-documents.ts';
import { kubectl } from '../../exec/kubectl.ts';
import type { RenderedKubernetes } from '../../render/rendered.ts';
import type { RenderedDeployment } from '../prepare.ts';

/** API groups that the throwaway control plane serves. Objects of others need a controller that it does not have. */
const SERVED = ['v1', 'apps/', 'policy/', 'autoscaling/', 'batch/', 'networking.k8s.io/', 'rbac.authorization.k8s.io/'];

/** Installs the rendered set with the user's helm. The Secret is left out: no simulated pod reads it. */
export async function installRendered(
  { deployment, runner, chart, rendered }: RenderedDeployment,
  kubeArgs: readonly string[],
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const { values, manifests } = rendered.value as RenderedKubernetes;
  if (chart === undefined) throw new Error('a rehearsal was prepared without a chart');
  const release = { name: deployment.name, namespace };
  await helm(runner, kubeArgs).upgradeInstall(release, chart.reference, values, { signal, timeoutMs: 120_000 });
  // The migration has ended before the release runs.
  const lasting = manifests.filter(({ kind }) => kind !== 'Job');
  const served = lasting.filter(({ apiVersion }) =>
    SERVED.some((group) => (group.endsWith('/') ? apiVersion.startsWith(group) : apiVersion === group)),
  );
  if (served.length === 0) return;
  const args = ['apply', '--server-side', '-n', namespace, '-f', '-'];
  await kubectl(runner, kubeArgs).run(args, { signal, input: jsonDocuments(served) });
}
