import { listAt, textAt } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

/** The cluster's DNS pods. If there are none, the cluster's DNS is elsewhere or has another label. */
export interface DnsFact {
  readonly pods: number;
  readonly ready: number;
}
export const CLUSTER_DNS = evidenceKey<DnsFact>('cluster.dns', 1);

/** CoreDNS and kube-dns have this label on kubeadm, k3s, EKS, AKS, GKE and ACK. */
const PATH = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns';

export const clusterDnsCollector: Collector<DnsFact> = {
  key: CLUSTER_DNS,
  timeoutMs: 20_000,
  collect: async (context) => {
    const pods = await fromCluster(context, 'list pods in namespace kube-system', (cluster) =>
      cluster.list(PATH, isReady, context.signal),
    );
    return { pods: pods.length, ready: pods.filter((ready) => ready).length };
  },
};

function isReady(pod: unknown): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}
