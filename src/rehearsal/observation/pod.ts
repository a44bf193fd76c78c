import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';

/** What a drill needs of a pod. */
export interface PodState {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Empty until the scheduler chose one. */
  readonly node: string;
  readonly ready: boolean;
  /** True if it is being deleted. */
  readonly ending: boolean;
  /** True if all its processes ended, as those of a Job. */
  readonly ended: boolean;
  /** Why the scheduler finds no node. Undefined if it found one, or has not tried yet. */
  readonly unschedulable: string | undefined;
  readonly claims: readonly string[];
  readonly priority: number;
  /** True if the scheduler evicts it in favour of a pod of a higher priority. */
  readonly preempted: boolean;
}

/** The state of a Pod object. */
export function podState(pod: unknown): PodState {
  const conditions = listAt(pod, 'status', 'conditions');
  const condition = (type: string): unknown => conditions.find((one) => textAt(one, 'type') === type);
  const scheduled = condition('PodScheduled');
  return {
    uid: textAt(pod, 'metadata', 'uid'),
    name: textAt(pod, 'metadata', 'name'),
    namespace: textAt(pod, 'metadata', 'namespace'),
    labels: labelsAt(pod, 'metadata', 'labels'),
    annotations: labelsAt(pod, 'metadata', 'annotations'),
    node: textAt(pod, 'spec', 'nodeName'),
    ready: textAt(condition('Ready'), 'status') === 'True',
    ending: textAt(pod, 'metadata', 'deletionTimestamp') !== '',
    ended: ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')),
    unschedulable: textAt(scheduled, 'status') === 'False' ? schedulerWords(textAt(scheduled, 'message')) : undefined,
    claims: listAt(pod, 'spec', 'volumes')
      .map((volume) => textAt(at(volume, 'persistentVolumeClaim'), 'claimName'))
      .filter((name) => name !== ''),
    priority: Number(at(pod, 'spec', 'priority') ?? 0),
    preempted: textAt(condition('DisruptionTarget'), 'reason') === 'PreemptionByScheduler',
  };
}

/**
 * The scheduler's message without its second half, which says why evicting others would not help: `preemption: 0/6
 * nodes are available: …`.
 */
function schedulerWords(message: string): string {
  return message.replace(/\.? preemption: .*$/s, '').trim();
}
