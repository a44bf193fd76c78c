import { at, listAt, textAt } from '../base/json-path.ts';

/** State of a job's pod: ready, waiting, or terminal (waiting does not help). `why` is the reason as message text. */
export type PodState =
  | { readonly is: 'ready'; readonly pod: string; readonly node: string }
  | { readonly is: 'waiting'; readonly why: string }
  /** `hasEnded`: its containers ran and ended. */
  | { readonly is: 'terminal'; readonly why: string; readonly node?: string; readonly hasEnded?: true };

/** Reasons of a waiting container that waiting does not fix (kubelet, pkg/kubelet/images and kuberuntime). */
const TERMINAL = new Set([
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/**
 * Returns the state of a job's pod. If `pod` is undefined, because it is not created yet, reads the job's events
 * instead.
 */
export function podState(pod: unknown, events: readonly unknown[]): PodState {
  if (pod === undefined) return withoutPod(events);
  const phase = textAt(pod, 'status', 'phase');
  const status = listAt(pod, 'status', 'containerStatuses')[0];
  const node = textAt(pod, 'spec', 'nodeName');
  if (phase === 'Failed' || phase === 'Succeeded')
    return { is: 'terminal', why: endingOf(pod, status), node, hasEnded: true };
  if (isTrue(pod, 'Ready')) return { is: 'ready', pod: textAt(pod, 'metadata', 'name'), node };
  const reason = textAt(status, 'state', 'waiting', 'reason');
  const image = textAt(listAt(pod, 'spec', 'containers')[0], 'image');
  const said = textAt(status, 'state', 'waiting', 'message');
  const why = `its image ${image} does not start: ${reason}${said === '' ? '' : `, ${said}`}`;
  if (TERMINAL.has(reason)) return { is: 'terminal', why };
  if (reason.startsWith('Err')) return { is: 'waiting', why };
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (textAt(scheduled, 'status') === 'False') {
    return { is: 'waiting', why: `no node can run its pod: ${textAt(scheduled, 'message')}` };
  }
  return { is: 'waiting', why: `its pod is not ready (image ${image})` };
}

/** If a quota, Pod Security or other admission refuses a job's pod, only the job's events show it. */
function withoutPod(events: readonly unknown[]): PodState {
  const refused = events.find((event) => textAt(event, 'reason') === 'FailedCreate');
  if (refused === undefined) return { is: 'waiting', why: 'its pod does not exist yet' };
  return { is: 'terminal', why: `its pod is refused: ${textAt(refused, 'message')}` };
}

function endingOf(pod: unknown, status: unknown): string {
  const code = at(status, 'state', 'terminated', 'exitCode');
  const reason = textAt(pod, 'status', 'reason') || textAt(status, 'state', 'terminated', 'reason');
  const message = textAt(pod, 'status', 'message') || textAt(status, 'state', 'terminated', 'message');
  const words = [reason, typeof code === 'number' ? `exit code ${code}` : '', message].filter((word) => word !== '');
  return `its pod ended: ${words.join(', ')}`;
}

function isTrue(pod: unknown, type: string): boolean {
  return textAt(conditionOf(pod, type), 'status') === 'True';
}

function conditionOf(pod: unknown, type: string): unknown {
  return listAt(pod, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
}
