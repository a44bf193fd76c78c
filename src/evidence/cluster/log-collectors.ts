import { listAt, textAt } from '../../base/json-path.ts';
import { LOG_COLLECTORS } from '../../checklist/log-collectors.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

/** Titles of the log collectors that run as DaemonSets. */
export const CLUSTER_LOG_COLLECTORS = evidenceKey<readonly string[]>('cluster.log-collectors', 1);

export const logCollectorsCollector: Collector<readonly string[]> = {
  key: CLUSTER_LOG_COLLECTORS,
  timeoutMs: 60_000,
  collect: async (context) => {
    const titles = await fromCluster(context, 'list daemonsets', (cluster) =>
      cluster.list('/apis/apps/v1/daemonsets', titleOf, context.signal),
    );
    return [...new Set(titles)].sort();
  },
};

/** The collector that this DaemonSet is; undefined for any other. */
function titleOf(daemonSet: unknown): string | undefined {
  const containers = listAt(daemonSet, 'spec', 'template', 'spec', 'containers');
  const repositories = containers.map((container) => textAt(container, 'image').replace(/[:@].*$/, ''));
  const texts = [textAt(daemonSet, 'metadata', 'name'), ...repositories];
  return LOG_COLLECTORS.find(({ pattern }) => texts.some((text) => pattern.test(text)))?.title;
}
