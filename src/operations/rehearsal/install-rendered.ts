import type { JsonObject } from '../../base/json.ts';
import { at } from '../../base/json-path.ts';
import { helm } from '../../exec/helm.ts';
import { jsonDocuments } from '../../exec/json-documents.ts';
import { kubectl } from '../../exec/kubectl.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
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
  const served = lasting
    .map(withoutKeda)
    .filter(({ apiVersion }) =>
      SERVED.some((group) => (group.endsWith('/') ? apiVersion.startsWith(group) : apiVersion === group)),
    );
  if (served.length === 0) return;
  const args = ['apply', '--server-side', '-n', namespace, '-f', '-'];
  await kubectl(runner, kubeArgs).run(args, { signal, input: jsonDocuments(served) });
}

/**
 * Returns the HorizontalPodAutoscaler that KEDA creates for a ScaledObject, so that the drills scale to its maximum.
 * The control plane has no metrics: the target is never reached. Other objects stay as they are.
 */
function withoutKeda(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'ScaledObject') return object;
  const { spec, metadata } = object;
  const name = `keda-hpa-${metadata.name}`;
  const target = { type: 'Utilization', averageUtilization: 100 };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata, name },
    spec: {
      scaleTargetRef: at(spec, 'scaleTargetRef') as JsonObject,
      minReplicas: at(spec, 'minReplicaCount') as number,
      maxReplicas: at(spec, 'maxReplicaCount') as number,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}
