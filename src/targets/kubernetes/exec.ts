import { ExternalError } from '../../base/errors.ts';
import type { ComponentName } from '../../checklist/components.ts';
import { runningPod } from '../../exec/running-pod.ts';
import { COMPONENT_LABELS } from '../../render/kubernetes/names.ts';
import type { ExecOptions } from '../target.ts';
import type { Connection } from './connection.ts';

/**
 * Runs a command in the first container of a running pod of the component, a Ready one if there is one, and returns its
 * standard output. Throws ExternalError if there is no such pod, or if the command fails.
 */
export async function execKubernetes(
  { kubectl, release: { name, namespace } }: Connection,
  component: ComponentName,
  command: readonly string[],
  { timeoutMs, signal }: ExecOptions,
): Promise<string> {
  const labels = `app.kubernetes.io/instance=${name},component=${COMPONENT_LABELS[component]}`;
  const pod = await runningPod(kubectl, { namespace, labels }, signal);
  if (pod === undefined) {
    throw new ExternalError(`${name} has no running pod of ${component}`, {
      next: [`kubectl -n ${namespace} get pods -l ${labels}`],
    });
  }
  return kubectl.run(['exec', '-n', namespace, pod, '--', ...command], { timeoutMs, signal });
}
