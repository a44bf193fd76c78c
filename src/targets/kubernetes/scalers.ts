import { labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import type { KubectlReason } from '../../exec/failures.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import type { Connection } from './connection.ts';

/**
 * KEDA scales the workload to this number and leaves it there (keda.sh, Scaling Deployments, Pause autoscaling).
 * Without it, KEDA starts a workload with 0 replicas as soon as its queue has a task.
 */
const PAUSED_REPLICAS = 'autoscaling.keda.sh/paused-replicas';
const PAUSED = 'autoscaling.keda.sh/paused';
const RESOURCE = 'scaledobjects.keda.sh';

/** Without KEDA, or without the right to read it, nothing can be paused. */
const NO_SCALERS: readonly KubectlReason[] = ['unknown-kind', 'not-found', 'forbidden'];

/**
 * Returns KEDA's ScaledObjects of the namespace that scale now: the name of each by kind and name of its workload
 * (`Deployment/dify-worker`). Empty if the cluster has no KEDA, or the user may not read it. Throws ExternalError.
 */
export async function readScalers(
  { kubectl, release: { namespace } }: Connection,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await kubectl.run(['get', RESOURCE, '-n', namespace, '-o', 'json'], { signal });
  } catch (error) {
    if (error instanceof KubectlError && NO_SCALERS.includes(error.reason)) return new Map();
    throw error;
  }
  return new Map(
    listAt(jsonAnswer(text, `kubectl get ${RESOURCE}`), 'items').flatMap((item) => {
      const annotations = labelsAt(item, 'metadata', 'annotations');
      if (PAUSED_REPLICAS in annotations || PAUSED in annotations) return [];
      const kind = textAt(item, 'spec', 'scaleTargetRef', 'kind') || 'Deployment';
      return [[`${kind}/${textAt(item, 'spec', 'scaleTargetRef', 'name')}`, textAt(item, 'metadata', 'name')] as const];
    }),
  );
}

/** Makes KEDA keep the workload of this ScaledObject at 0 replicas. Throws ExternalError. */
export function pauseScaler(connection: Connection, name: string, signal: AbortSignal): Promise<void> {
  return annotate(connection, name, '0', signal);
}

/** Lets KEDA scale again. Does nothing if the ScaledObject is not paused or does not exist. Throws ExternalError. */
export async function resumeScaler(connection: Connection, name: string, signal: AbortSignal): Promise<void> {
  try {
    await annotate(connection, name, null, signal);
  } catch (error) {
    if (error instanceof KubectlError && ['unknown-kind', 'not-found'].includes(error.reason)) return;
    throw error;
  }
}

async function annotate(
  { kubectl, release: { namespace } }: Connection,
  name: string,
  replicas: string | null,
  signal: AbortSignal,
): Promise<void> {
  const change = JSON.stringify({ metadata: { annotations: { [PAUSED_REPLICAS]: replicas } } });
  await kubectl.run(['patch', RESOURCE, name, '-n', namespace, '--type=merge', '-p', change], { signal });
}
