import { at, textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromCluster } from './connect.ts';

export interface PriorityClassFact {
  readonly name: string;
  readonly value: number;
  /** False if its pods wait for free capacity and evict no pod (`preemptionPolicy: Never`). */
  readonly preempts: boolean;
}

/** The cluster's priority classes; not collected (empty) if the rendered set names none. */
export const PRIORITY_CLASSES = evidenceKey<readonly PriorityClassFact[]>('cluster.priority-classes', 2);

export const priorityClassesCollector: Collector<readonly PriorityClassFact[]> = {
  key: PRIORITY_CLASSES,
  timeoutMs: 140_000,
  collect: async (context, need) => {
    const { workloads } = await need(RENDERED_OBJECTS);
    if (workloads.every(({ demands }) => demands.priorityClass === '')) return [];
    return fromCluster(context, 'list priorityclasses.scheduling.k8s.io', (cluster) =>
      cluster.list('/apis/scheduling.k8s.io/v1/priorityclasses', priorityClassFact, context.signal),
    );
  },
};

function priorityClassFact(item: unknown): PriorityClassFact {
  const value = at(item, 'value');
  return {
    name: textAt(item, 'metadata', 'name'),
    value: typeof value === 'number' ? value : 0,
    preempts: textAt(item, 'preemptionPolicy') !== 'Never',
  };
}
