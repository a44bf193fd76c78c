import { at, listAt, textAt } from '../base/json-path.ts';
import { jsonAnswer } from './answer.ts';
import type { Kubectl } from './kubectl.ts';

/** Which pods to look for. `labels` has kubectl's form: `app=dify,tier=prod`. */
interface PodChoice {
  readonly namespace: string;
  readonly labels: string;
}

/**
 * Returns the name of a pod in which a command can run: it runs and is not being deleted. A Ready pod comes first.
 * Returns undefined if there is none. Throws KubectlError.
 */
export async function runningPod(
  kubectl: Pick<Kubectl, 'run'>,
  { namespace, labels }: PodChoice,
  signal: AbortSignal,
): Promise<string | undefined> {
  const text = await kubectl.run(['get', 'pods', '-n', namespace, '-l', labels, '-o', 'json'], { signal });
  const running = listAt(jsonAnswer(text, 'kubectl get pods'), 'items').filter(isRunning);
  const pod = running.find(isReady) ?? running[0];
  return pod === undefined ? undefined : textAt(pod, 'metadata', 'name');
}

/** The phase of a pod that is being deleted is still Running. */
function isRunning(pod: unknown): boolean {
  return at(pod, 'metadata', 'deletionTimestamp') === undefined && textAt(pod, 'status', 'phase') === 'Running';
}

function isReady(pod: unknown): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  );
}
