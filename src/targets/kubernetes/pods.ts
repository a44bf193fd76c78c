import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';

/** The facts of a pod that a wait needs. */
export interface PodView {
  readonly name: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly restarts: number;
  /** Why it is not ready. Undefined if it is ready. */
  readonly holdup: PendingReason | undefined;
}

export type PendingReason =
  | { readonly kind: 'unschedulable'; readonly message: string }
  /** The node has not started its containers yet: it pulls images, mounts volumes. */
  | { readonly kind: 'creating'; readonly since: string }
  /**
   * `reason` is Kubernetes' own word for what prevents a container from running: CrashLoopBackOff, ImagePullBackOff, …
   */
  | {
      readonly kind: 'failing';
      readonly container: string;
      readonly reason: string;
      readonly message: string;
      /** True if the log of its previous run has the cause. */
      readonly ran: boolean;
    }
  | ({ readonly kind: 'init' } & Started)
  /** Its containers are ready and the pod is not: its node does not respond, or a readiness gate is closed. */
  | { readonly kind: 'unready'; readonly message: string }
  | ({ readonly kind: 'starting' } & Started);

/** A container that runs and is not ready. */
interface Started {
  readonly container: string;
  readonly since: string;
  /**
   * How its previous run ended if it failed: `exit code 3`; otherwise empty. Between two failures a container looks
   * healthy.
   */
  readonly failedBefore: string;
}

/** Waiting reasons of containers that are being created. */
const CREATING = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * The kubelet keeps an evicted pod as a record: phase Failed, reason Evicted (kubernetes.io, Node-pressure Eviction).
 */
function isEvicted(pod: unknown): boolean {
  return textAt(pod, 'status', 'phase') === 'Failed' && textAt(pod, 'status', 'reason') === 'Evicted';
}

/** Returns the view of a pod. Returns undefined if it is being deleted or has ended, so that it no longer counts. */
export function podView(pod: unknown): PodView | undefined {
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== '') return undefined;
  if (textAt(pod, 'status', 'phase') === 'Succeeded' || isEvicted(pod)) return undefined;
  const containers = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  const ready = condition(pod, 'Ready')?.status === 'True';
  return {
    name: textAt(pod, 'metadata', 'name'),
    node: textAt(pod, 'spec', 'nodeName'),
    labels: labelsAt(pod, 'metadata', 'labels'),
    ready,
    restarts: containers.reduce<number>((sum, container) => sum + (Number(at(container, 'restartCount')) || 0), 0),
    holdup: ready ? undefined : pendingReason(pod),
  };
}

function pendingReason(pod: unknown): PendingReason {
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return { kind: 'unschedulable', message: scheduled.message };
  const created = textAt(pod, 'metadata', 'creationTimestamp');
  const init = listAt(pod, 'status', 'initContainerStatuses');
  const main = listAt(pod, 'status', 'containerStatuses');
  const failing = [...init, ...main].map(failure).find((found) => found !== undefined);
  if (failing !== undefined) return failing;
  const initializing = init.map((one) => running(one, 'init')).find((found) => found !== undefined);
  if (initializing !== undefined) return initializing;
  if (main.length > 0 && main.every((one) => at(one, 'ready') === true)) {
    return { kind: 'unready', message: condition(pod, 'Ready')?.message ?? '' };
  }
  const starting = main.filter((one) => at(one, 'ready') !== true).map((one) => running(one, 'starting'));
  return starting.find((found) => found !== undefined) ?? { kind: 'creating', since: created };
}

function failure(container: unknown): PendingReason | undefined {
  const name = textAt(container, 'name');
  const waiting = textAt(container, 'state', 'waiting', 'reason');
  const ran = at(container, 'lastState', 'terminated') !== undefined;
  if (waiting !== '' && !CREATING.has(waiting)) {
    const message = textAt(container, 'state', 'waiting', 'message');
    return { kind: 'failing', container: name, reason: waiting, message, ran };
  }
  const exitCode = at(container, 'state', 'terminated', 'exitCode');
  if (typeof exitCode !== 'number' || exitCode === 0) return undefined;
  const reason = textAt(container, 'state', 'terminated', 'reason') || 'Error';
  return { kind: 'failing', container: name, reason, message: `exit code ${exitCode}`, ran: false };
}

function running(container: unknown, kind: 'init' | 'starting'): PendingReason | undefined {
  const since = textAt(container, 'state', 'running', 'startedAt');
  if (since === '') return undefined;
  const exitCode = at(container, 'lastState', 'terminated', 'exitCode');
  const failedBefore = typeof exitCode === 'number' && exitCode !== 0 ? `exit code ${exitCode}` : '';
  return { kind, container: textAt(container, 'name'), since, failedBefore };
}

function condition(object: unknown, type: string): { readonly status: string; readonly message: string } | undefined {
  const found = listAt(object, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
  return found === undefined ? undefined : { status: textAt(found, 'status'), message: textAt(found, 'message') };
}
