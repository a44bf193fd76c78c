import { listAt, textAt } from '../../../base/json-path.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type Collector, evidenceKey } from '../../evidence.ts';
import { namespaceOf } from './namespace.ts';

/** A HorizontalPodAutoscaler of the namespace. */
export interface AutoscalerFact {
  readonly name: string;
  /** Conditions that are not true (`AbleToScale`, `ScalingActive`), with the controller's own reason. */
  readonly faults: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
  /** True if the controller has set the condition ScalingActive, so that it has read the metrics once. */
  readonly isSeen: boolean;
}
export const APP_AUTOSCALERS = evidenceKey<readonly AutoscalerFact[]>('app.autoscalers', 1);

export const appAutoscalersCollector: Collector<readonly AutoscalerFact[]> = {
  key: APP_AUTOSCALERS,
  timeoutMs: 60_000,
  collect: (context) => {
    const namespace = namespaceOf(context);
    const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
    return fromCluster(context, `list horizontalpodautoscalers in namespace ${namespace}`, (cluster) =>
      cluster.list(path, autoscalerFact, context.signal),
    );
  },
};

/** Conditions that must be true. `ScalingLimited` only says that a limit was reached. */
const NEEDED = new Set(['AbleToScale', 'ScalingActive']);

/** The facts of a HorizontalPodAutoscaler object. */
export function autoscalerFact(object: unknown): AutoscalerFact {
  const conditions = listAt(object, 'status', 'conditions');
  const faults = conditions.filter((one) => NEEDED.has(textAt(one, 'type')) && textAt(one, 'status') === 'False');
  return {
    name: textAt(object, 'metadata', 'name'),
    faults: faults.map((one) => ({
      type: textAt(one, 'type'),
      reason: textAt(one, 'reason'),
      message: textAt(one, 'message'),
    })),
    isSeen: conditions.some((one) => textAt(one, 'type') === 'ScalingActive'),
  };
}
