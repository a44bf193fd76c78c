import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { fromClusterIfThere } from './connect.ts';
import { CLUSTER_NODES } from './nodes.ts';

export interface AutoscalerFact {
  /** True if nodes have labels that only Karpenter sets. */
  readonly karpenter: boolean;
  /** True if cluster-autoscaler's status ConfigMap exists in kube-system; `unseen` if it may not be read. */
  readonly clusterAutoscaler: boolean | 'unseen';
}
export const CLUSTER_AUTOSCALER = evidenceKey<AutoscalerFact>('cluster.autoscaler', 1);

/** `nodepool` since v0.32, `provisioner-name` before. Labels of a cloud's node groups do not prove autoscaling. */
const KARPENTER_LABELS = ['karpenter.sh/nodepool', 'karpenter.sh/provisioner-name'];
const STATUS = '/api/v1/namespaces/kube-system/configmaps/cluster-autoscaler-status';

export const clusterAutoscalerCollector: Collector<AutoscalerFact> = {
  key: CLUSTER_AUTOSCALER,
  timeoutMs: 70_000,
  collect: async (context, need) => {
    const nodes = await need(CLUSTER_NODES);
    const karpenter = nodes.some((node) => KARPENTER_LABELS.some((label) => label in node.labels));
    const status = fromClusterIfThere(context, 'get configmaps in kube-system', (cluster) =>
      cluster.get(STATUS, context.signal),
    );
    const clusterAutoscaler = await status.then(
      (found) => found !== undefined,
      (error: unknown) => {
        if (error instanceof CollectionError && error.outcome === 'denied') return 'unseen' as const;
        throw error;
      },
    );
    return { karpenter, clusterAutoscaler };
  },
};
