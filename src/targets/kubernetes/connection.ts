import type { Redact } from '../../base/redact.ts';
import type { ChartReference, Helm, ReleaseRef } from '../../exec/helm.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

/** What every part of the Kubernetes target works with. */
export interface Connection {
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  /** Needed to plan and to apply. */
  readonly chart: ChartReference | undefined;
  readonly release: ReleaseRef;
  readonly now: () => number;
  /** Logs of pods may quote what they were given. */
  readonly redact: Redact;
}

/** The chart of a connection that was opened to plan or apply. */
export function chartOf({ chart }: Connection): ChartReference {
  if (chart === undefined) throw new Error('this target was opened without a chart');
  return chart;
}
