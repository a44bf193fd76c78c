import { at, textAt } from '../../../base/json-path.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type Collector, evidenceKey } from '../../evidence.ts';
import { type LabelRule, labelRules } from '../../rendered/workload.ts';
import { namespaceOf } from './namespace.ts';

/** A PodDisruptionBudget of the namespace, also one that difyctl did not create. */
export interface BudgetFact {
  readonly name: string;
  readonly selects: readonly LabelRule[];
  /** Pods that may be evicted now. Undefined until the controller has processed the budget. */
  readonly allowed: number | undefined;
  readonly healthy: number;
  /** Healthy pods that must remain. */
  readonly required: number;
  /** Pods that it counts. */
  readonly pods: number;
}
export const APP_BUDGETS = evidenceKey<readonly BudgetFact[]>('app.budgets', 1);

export const appBudgetsCollector: Collector<readonly BudgetFact[]> = {
  key: APP_BUDGETS,
  timeoutMs: 60_000,
  collect: (context) => {
    const namespace = namespaceOf(context);
    const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
    return fromCluster(context, `list poddisruptionbudgets in namespace ${namespace}`, (cluster) =>
      cluster.list(path, budgetFact, context.signal),
    );
  },
};

/** The facts of a PodDisruptionBudget object. */
export function budgetFact(object: unknown): BudgetFact {
  const count = (name: string): number => Number(at(object, 'status', name) ?? 0);
  const isSeen = count('observedGeneration') >= Number(at(object, 'metadata', 'generation') ?? 0);
  return {
    name: textAt(object, 'metadata', 'name'),
    selects: labelRules(at(object, 'spec', 'selector')),
    allowed: isSeen ? count('disruptionsAllowed') : undefined,
    healthy: count('currentHealthy'),
    required: count('desiredHealthy'),
    pods: count('expectedPods'),
  };
}
