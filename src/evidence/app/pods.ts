import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

/** A pod of the release. */
export interface AppPod {
  readonly name: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly images: readonly string[];
  readonly restarts: number;
  /** When a container last ended and was started again; undefined where none was. */
  readonly lastRestart: string | undefined;
  /** Container ports by name, for Services that name their target. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The pods of a namespace that are to stay: neither finished nor on their way out. */
export async function podsOf(kubectl: Kubectl, namespace: string, signal: AbortSignal): Promise<readonly AppPod[]> {
  return kubectl.list(`/api/v1/namespaces/${namespace}/pods`, appPod, signal);
}

function appPod(pod: unknown): AppPod | undefined {
  const phase = textAt(pod, 'status', 'phase');
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== '' || phase === 'Succeeded' || phase === 'Failed')
    return undefined;
  const containers = listAt(pod, 'spec', 'containers');
  const all = [...listAt(pod, 'spec', 'initContainers'), ...containers];
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const restarted = statuses
    .map((one) => textAt(one, 'lastState', 'terminated', 'finishedAt'))
    .filter((at) => at !== '');
  const ready = listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  );
  return {
    name: textAt(pod, 'metadata', 'name'),
    node: textAt(pod, 'spec', 'nodeName'),
    labels: labelsAt(pod, 'metadata', 'labels'),
    ready,
    images: [...new Set(all.map((one) => textAt(one, 'image')))],
    restarts: statuses.reduce<number>((sum, one) => sum + (Number(at(one, 'restartCount')) || 0), 0),
    lastRestart: restarted.toSorted().at(-1),
    ports: Object.fromEntries(
      containers
        .flatMap((one) => listAt(one, 'ports'))
        .map((port) => [textAt(port, 'name'), Number(at(port, 'containerPort'))]),
    ),
  };
}

/** Whether a pod carries every label of a selector; an empty selector is nobody's. */
export function isSelected(pod: AppPod, selector: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => pod.labels[key] === value);
}
