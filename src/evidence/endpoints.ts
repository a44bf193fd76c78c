import { type Endpoint, endpointsOf } from './endpoint-list.ts';
import { type Collector, EvidenceMissing, evidenceKey } from './evidence.ts';
import { type ConnectFact, connectTo } from './tcp.ts';

/** Longer than a lost SYN is sent again, twice. */
const LIMIT_MS = 8_000;

export interface EndpointFact extends Endpoint, ConnectFact {}
export const ENDPOINTS = evidenceKey<readonly EndpointFact[]>('endpoints', 1);

/** Whether each external service of the deployment can be connected to from this machine. */
export const endpointsCollector: Collector<readonly EndpointFact[]> = {
  key: ENDPOINTS,
  timeoutMs: LIMIT_MS + 2_000,
  collect: async ({ deployment, signal }) => {
    if (deployment === undefined) throw new EvidenceMissing('absent', 'a deployment file');
    return Promise.all(
      endpointsOf(deployment).map(async (endpoint) => ({
        ...endpoint,
        ...(await connectTo(endpoint.host, endpoint.port, LIMIT_MS, signal)),
      })),
    );
  },
};
