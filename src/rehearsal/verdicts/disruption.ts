import { counted } from '../../base/words.ts';
import type { Tier } from '../../checklist/tiers.ts';
import type { PodState } from '../observation/pod.ts';
import { pendingOf } from '../observation/settled.ts';
import type { Timeline } from '../observation/timeline.ts';
import type { Workload } from '../observation/workload.ts';
import { type ComponentOutcome, type DrillKind, type DrillStatus, worstOf } from '../report.ts';
import { promisedReady } from './expectation.ts';
import { remedyFor } from './remedy.ts';

/** All that was observed of one drill. */
export interface Observed {
  readonly kind: DrillKind;
  readonly tier: Tier;
  readonly workloads: readonly Workload[];
  readonly timeline: Pick<Timeline, 'history'>;
  /** The pods at the end. */
  readonly pods: readonly PodState[];
  /** Why a workload was not carried through the drill, by its name: an eviction that a budget refuses. */
  readonly refused?: ReadonlyMap<string, string>;
}

const UNEXPLAINED = 'not ready within the time limit; Kubernetes gave no reason';

/** Returns the outcome of each component of a drill. */
export function componentOutcomes(observed: Observed): readonly ComponentOutcome[] {
  return observed.workloads.map((workload) => outcomeOf(observed, workload));
}

function outcomeOf({ kind, tier, timeline, pods, refused }: Observed, workload: Workload): ComponentOutcome {
  const { minimumReady, readyAfter } = timeline.history(workload);
  const promised = promisedReady(kind, workload, tier);
  const pending = pendingOf(workload, pods).map(({ pod, reason }) => ({ pod, reason: reason || UNEXPLAINED }));
  const refusal = refused?.get(workload.name);
  const reason = reasonOf({ pending, refusal, minimumReady, promised, replicas: workload.replicas });
  return {
    component: workload.component,
    status: reason === '' ? 'pass' : 'fail',
    ...{ replicas: workload.replicas, minimumReady, promisedReady: promised },
    ...{ readyAfter: pending.length === 0 ? readyAfter : undefined, pending, reason },
  };
}

interface Shortage {
  readonly pending: readonly { readonly reason: string }[];
  readonly refusal: string | undefined;
  readonly minimumReady: number;
  readonly promised: number;
  readonly replicas: number;
}

function reasonOf({ pending, refusal, minimumReady, promised, replicas }: Shortage): string {
  const [first] = pending;
  if (refusal !== undefined) return refusal;
  if (first !== undefined) return `${pending.length} of ${counted(replicas, 'replica')} pending: ${first.reason}`;
  if (minimumReady < promised) return `${minimumReady} of ${counted(replicas, 'replica')} ready, ${promised} promised`;
  return '';
}

export interface Verdict {
  readonly status: DrillStatus;
  readonly message: string;
  readonly remedy: string;
}

/** Returns the verdict of a drill from its components. `passed` is the message if all are well. */
export function verdictOf(components: readonly ComponentOutcome[], passed: string): Verdict {
  const status = worstOf(components.map((one) => one.status));
  const worst = components.filter((one) => one.status === status);
  const [first] = worst;
  if (first === undefined || status === 'pass' || status === 'skip')
    return { status: 'pass', message: passed, remedy: '' };
  const others =
    worst.length > 1
      ? ` (and ${worst
          .slice(1)
          .map(({ component }) => component)
          .join(', ')})`
      : '';
  return {
    status,
    message: `${first.component}: ${first.reason}${others}`,
    remedy: remedyFor(first.reason, first.component),
  };
}

/** Adds what the drill cost others: a drill that passes because the scheduler evicted their pods is a warning. */
export function withPreempted(verdict: Verdict, preempted: number): Verdict {
  if (preempted === 0) return verdict;
  const words = `the scheduler evicted ${counted(preempted, 'pod')} of others, whose priority is lower`;
  const message = `${verdict.message}; ${words}`;
  if (verdict.status !== 'pass') return { ...verdict, message };
  const remedy = 'add nodes, lower the priority class of the components, or agree with the owners of those pods';
  return { status: 'warn', message, remedy };
}
