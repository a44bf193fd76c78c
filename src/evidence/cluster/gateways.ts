import { at, listAt, textAt } from '../../base/json-path.ts';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromClusterIfThere } from './connect.ts';

export interface ListenerFact {
  readonly name: string;
  readonly port: number;
  /** Empty: any host name. */
  readonly hostname: string;
  /** Namespaces whose routes it accepts: `Same`, `All`, `Selector`, `None`. */
  readonly from: string;
}

/** A Gateway that a rendered route names. */
export interface GatewayFact {
  readonly namespace: string;
  readonly name: string;
  readonly exists: boolean;
  /** Status conditions by its controller; undefined if the controller has not set them. */
  readonly accepted: boolean | undefined;
  readonly programmed: boolean | undefined;
  readonly listeners: readonly ListenerFact[];
}
export const CLUSTER_GATEWAYS = evidenceKey<readonly GatewayFact[]>('cluster.gateways', 1);

export const gatewaysCollector: Collector<readonly GatewayFact[]> = {
  key: CLUSTER_GATEWAYS,
  timeoutMs: 140_000,
  collect: async (context, need) => {
    const { routes } = await need(RENDERED_OBJECTS);
    if (context.deployment?.target.type !== 'kubernetes')
      throw new CollectionError('absent', 'a deployment on Kubernetes');
    const own = context.deployment.target.namespace;
    const parents = routes.flatMap((route) => route.parents).filter(({ kind }) => kind === 'Gateway');
    const places = new Map(
      parents.map(({ namespace, name }) => [`${namespace || own}/${name}`, { namespace: namespace || own, name }]),
    );
    return Promise.all(
      [...places.values()].map(async ({ namespace, name }) => {
        const path = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways/${name}`;
        const right = `get gateways.gateway.networking.k8s.io in namespace ${namespace}`;
        const found = await fromClusterIfThere(context, right, (cluster) => cluster.get(path, context.signal));
        return { namespace, name, exists: found !== undefined, ...gatewayFact(found) };
      }),
    );
  },
};

/** The facts of a Gateway object. */
function gatewayFact(gateway: unknown): Omit<GatewayFact, 'namespace' | 'name' | 'exists'> {
  return {
    accepted: conditionOf(gateway, 'Accepted'),
    programmed: conditionOf(gateway, 'Programmed'),
    listeners: listAt(gateway, 'spec', 'listeners').map((listener) => {
      const port = at(listener, 'port');
      return {
        name: textAt(listener, 'name'),
        port: typeof port === 'number' ? port : 0,
        hostname: textAt(listener, 'hostname'),
        from: textAt(listener, 'allowedRoutes', 'namespaces', 'from') || 'Same',
      };
    }),
  };
}

function conditionOf(gateway: unknown, type: string): boolean | undefined {
  const found = listAt(gateway, 'status', 'conditions').find((one) => textAt(one, 'type') === type);
  const status = textAt(found, 'status');
  return status === 'True' || status === 'False' ? status === 'True' : undefined;
}
