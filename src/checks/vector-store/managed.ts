import type { ExternalStore, Provider } from '../../evidence/vector-store/facts.ts';

/** Services that only their vendor runs: there is no node of one's own to lose. */
export const VENDOR_RUN: { readonly [P in Provider]?: string } = {
  // Alibaba Cloud, Tablestore: "data reliability" page, three copies of all data.
  tablestore: 'Alibaba Cloud',
  tencent: 'Tencent Cloud',
};

/** Where the topology of a managed store can be looked at, for what it hides from its clients. */
export function showNodes(store: ExternalStore): string {
  const by = store.managed?.by ?? VENDOR_RUN[store.provider] ?? store.provider;
  const known: { readonly [P in Provider]?: string } = {
    tencent: 'tccli vdb DescribeInstances',
    elasticsearch: 'look at the deployment in the console of Elastic Cloud: zones and replicas',
    qdrant: 'qcloud cluster list, or the cluster page of Qdrant Cloud: nodes and replication',
  };
  return known[store.provider] ?? `look at nodes and replicas in the console of ${by}`;
}
