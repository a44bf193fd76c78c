import { type FaultFact, faultOf } from '../net/probe-error.ts';
import { type Endpoint, endpointsOf } from './endpoint-list.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from './evidence.ts';

/** Allows for two retransmissions of a lost SYN. */
const LIMIT_MS = 8_000;

export interface EndpointFact extends Endpoint {
  readonly durationMs: number;
  /** Why the connection failed; absent if it succeeded. */
  readonly fault?: FaultFact;
}
export const ENDPOINTS = evidenceKey<readonly EndpointFact[]>('endpoints', 2);

/** Connects to each external service of the deployment once. */
export const endpointsCollector: Collector<readonly EndpointFact[]> = {
  key: ENDPOINTS,
  timeoutMs: LIMIT_MS + 4_000,
  fromCluster: true,
  collect: (context) => {
    if (context.deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    return Promise.all(endpointsOf(context.deployment).map((endpoint) => connectTo(endpoint, context)));
  },
};

async function connectTo(endpoint: Endpoint, { dial, signal }: CollectContext): Promise<EndpointFact> {
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  try {
    const stream = await dial(endpoint.host, endpoint.port, { signal, limitMs: LIMIT_MS });
    stream.destroy();
    return { ...endpoint, durationMs: elapsed() };
  } catch (error) {
    return { ...endpoint, durationMs: elapsed(), fault: faultOf(error, 'connect') };
  }
}
