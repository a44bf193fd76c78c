import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { GATEWAY_LABELS, INGRESS_CONTROLLERS } from '../../checklist/ingress-controllers.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

/** A Deployment or DaemonSet whose pods accept requests for Ingresses or for a Gateway. */
export interface EntryWorkloadFact {
  readonly kind: 'Deployment' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  /** `spec.controller` of the IngressClasses that it serves; empty for the proxies of a Gateway. */
  readonly controller: string;
  /** `NAMESPACE/NAME` of the Gateway that it serves; empty for an ingress controller. */
  readonly gateway: string;
  /** Pods that are ready. */
  readonly ready: number;
}
export const CLUSTER_ENTRY_WORKLOADS = evidenceKey<readonly EntryWorkloadFact[]>('cluster.entry-workloads', 1);

export const entryWorkloadsCollector: Collector<readonly EntryWorkloadFact[]> = {
  key: CLUSTER_ENTRY_WORKLOADS,
  timeoutMs: 60_000,
  collect: async (context) => {
    const lists = await Promise.all(
      (['Deployment', 'DaemonSet'] as const).map((kind) => {
        const resource = `${kind.toLowerCase()}s`;
        return fromCluster(context, `list ${resource}`, (cluster) =>
          cluster.list(`/apis/apps/v1/${resource}`, (item) => factOf(kind, item), context.signal),
        );
      }),
    );
    return lists.flat();
  },
};

/** Undefined for a workload that neither is a known ingress controller nor serves a Gateway. */
function factOf(kind: EntryWorkloadFact['kind'], workload: unknown): EntryWorkloadFact | undefined {
  const gateway = gatewayOf(workload);
  const controller = gateway === '' ? controllerOf(workload) : '';
  if (gateway === '' && controller === '') return undefined;
  const ready = at(workload, 'status', kind === 'Deployment' ? 'readyReplicas' : 'numberReady');
  return {
    kind,
    namespace: textAt(workload, 'metadata', 'namespace'),
    name: textAt(workload, 'metadata', 'name'),
    controller,
    gateway,
    ready: typeof ready === 'number' ? ready : 0,
  };
}

function gatewayOf(workload: unknown): string {
  const labels = labelsAt(workload, 'metadata', 'labels');
  const found = GATEWAY_LABELS.find(({ name }) => labels[name] !== undefined);
  if (found === undefined) return '';
  const namespace = found.namespace === undefined ? undefined : labels[found.namespace];
  return `${namespace ?? textAt(workload, 'metadata', 'namespace')}/${labels[found.name]}`;
}

/** The controller of the image, or the one that an argument names: two releases of ingress-nginx share an image. */
function controllerOf(workload: unknown): string {
  const containers = listAt(workload, 'spec', 'template', 'spec', 'containers');
  for (const container of containers) {
    const repository = textAt(container, 'image').replace(/(:[^/:@]+)?(@.*)?$/, '');
    const known = INGRESS_CONTROLLERS.find(({ image }) => image.test(repository));
    if (known === undefined) continue;
    const named = listAt(container, 'args').find((one) => typeof one === 'string' && one.startsWith(CLASS_ARGUMENT));
    return typeof named === 'string' ? named.slice(CLASS_ARGUMENT.length) : known.controller;
  }
  return '';
}

/** An argument of ingress-nginx. */
const CLASS_ARGUMENT = '--controller-class=';
