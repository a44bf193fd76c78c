import type { Redact } from '../../base/redact.ts';
import type { ChartReference, Helm, ReleaseRef } from '../../exec/helm.ts';
import type { Kubectl } from '../../exec/kubectl.ts';

/** What every part of the Kubernetes target works with. */
export interface Connection {
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  readonly chart: ChartReference;
  readonly release: ReleaseRef;
  readonly now: () => number;
  /** Logs of pods may quote what they were given. */
  readonly redact: Redact;
}
