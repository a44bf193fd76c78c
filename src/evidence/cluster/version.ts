import { textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

export interface ClusterVersion {
  /** `v1.34.2`, as the API server reports it. */
  readonly gitVersion: string;
}
export const CLUSTER_VERSION = evidenceKey<ClusterVersion>('cluster.version', 1);

export const clusterVersionCollector: Collector<ClusterVersion> = {
  key: CLUSTER_VERSION,
  timeoutMs: 15_000,
  collect: (context) =>
    fromCluster(context, 'get /version', async (cluster) => ({
      gitVersion: textAt(await cluster.get('/version', context.signal), 'gitVersion'),
    })),
};
