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
  /** ISO time when a container last ended before a restart; undefined if none restarted. */
  readonly lastRestart: string | undefined;
  /** ISO time when its newest container started. Empty if none runs. */
  readonly startedAt: string;
  /** Container ports by name, for Services with a named target port. */
  readonly ports: Readonly<Record<string, number>>;
}

/** The pods of a namespace that neither finished nor are being deleted. */
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
    startedAt:
      statuses
        .map((one) => textAt(one, 'state', 'running', 'startedAt'))
        .toSorted()
        .at(-1) ?? '',
    ports: Object.fromEntries(
      containers
        .flatMap((one) => listAt(one, 'ports'))
        .map((port) => [textAt(port, 'name'), Number(at(port, 'containerPort'))]),
    ),
  };
}

/** True if a pod has every label of a selector. An empty selector selects no pod. */
export function isSelected(pod: AppPod, selector: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => pod.labels[key] === value);
}
