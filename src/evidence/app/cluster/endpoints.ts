import { at, labelsAt, listAt, textAt } from '../../../base/json-path.ts';
import { fromCluster } from '../../cluster/connect.ts';
import { type Collector, evidenceKey } from '../../evidence.ts';
import { namespaceOf } from './namespace.ts';

/** Ready endpoints of each Service of the namespace, by its name. A Service without a slice is missing. */
export type EndpointCounts = Readonly<Record<string, number>>;
export const APP_ENDPOINTS = evidenceKey<EndpointCounts>('app.endpoints', 1);

export const appEndpointsCollector: Collector<EndpointCounts> = {
  key: APP_ENDPOINTS,
  timeoutMs: 60_000,
  collect: async (context) => {
    const namespace = namespaceOf(context);
    const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    const slices = await fromCluster(context, `list endpointslices in namespace ${namespace}`, (cluster) =>
      cluster.list(path, (slice) => slice, context.signal),
    );
    return endpointCounts(slices);
  },
};

/** The label with the name of a slice's Service (kubernetes.io, EndpointSlices, Ownership). */
const SERVICE = 'kubernetes.io/service-name';

/** Counts ready endpoints. The slices of a Service may repeat one (a change of families), so pods are counted once. */
export function endpointCounts(slices: readonly unknown[]): EndpointCounts {
  const found = new Map<string, Set<string>>();
  for (const slice of slices) {
    const service = labelsAt(slice, 'metadata', 'labels')[SERVICE];
    if (service === undefined) continue;
    const own = found.get(service) ?? new Set<string>();
    found.set(service, own);
    // Absent means ready, by the API's own description.
    const ready = listAt(slice, 'endpoints').filter((one) => at(one, 'conditions', 'ready') !== false);
    for (const one of ready) own.add(textAt(one, 'targetRef', 'name') || String(listAt(one, 'addresses')[0] ?? ''));
  }
  return Object.fromEntries([...found].map(([service, pods]) => [service, pods.size]));
}
