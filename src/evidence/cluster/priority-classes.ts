import { textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromCluster } from './connect.ts';

/** Names of the cluster's priority classes; not collected (empty) if the rendered set names none. */
export const PRIORITY_CLASSES = evidenceKey<readonly string[]>('cluster.priority-classes', 1);

export const priorityClassesCollector: Collector<readonly string[]> = {
  key: PRIORITY_CLASSES,
  timeoutMs: 140_000,
  collect: async (context, need) => {
    const { workloads } = await need(RENDERED_OBJECTS);
    if (workloads.every(({ demands }) => demands.priorityClass === '')) return [];
    return fromCluster(context, 'list priorityclasses.scheduling.k8s.io', (cluster) =>
      cluster.list(
        '/apis/scheduling.k8s.io/v1/priorityclasses',
        (item) => textAt(item, 'metadata', 'name'),
        context.signal,
      ),
    );
  },
};
