import type { Redact } from '../../base/redact.ts';
import type { ChartReference, Helm, ReleaseRef } from '../../exec/helm.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

/** The inputs of every part of the Kubernetes target. */
export interface Connection {
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  /** Required for plan and apply. */
  readonly chart: ChartReference | undefined;
  readonly release: ReleaseRef;
  readonly now: () => number;
  /** Redacts logs of pods, which may contain secrets. */
  readonly redact: Redact;
}

/** Returns the chart. Throws Error if the connection was opened without one. */
export function chartOf({ chart }: Connection): ChartReference {
  if (chart === undefined) throw new Error('this target was opened without a chart');
  return chart;
}
