import { at, listAt, textAt } from '../../base/json-path.ts';
import { POLICY_ENGINES, type PolicyEngine, SELF_ENFORCING } from '../../checklist/policy-engines.ts';
import type { Kubectl } from '../../exec/kubectl.ts';
import { KubectlError } from '../../exec/kubectl.ts';
import { type CollectContext, type Collector, evidenceKey } from '../evidence.ts';
import { fromCluster } from './connect.ts';

/** What enforces NetworkPolicies in the cluster, and what they may have to name. */
export interface PolicyEnginesFact {
  /** Titles of the engines that were found. */
  readonly engines: readonly string[];
  /** `groups`: DaemonSets may not be listed, so only engines with an API of their own were looked for. */
  readonly by: 'daemonsets' | 'groups';
  /** Addresses of the API server's Service and endpoints. Empty if they may not be read. */
  readonly apiServer: readonly string[];
}
export const CLUSTER_POLICY_ENGINES = evidenceKey<PolicyEnginesFact>('cluster.policy-engines', 1);

const SERVICE = '/api/v1/namespaces/default/services/kubernetes';
const SLICES =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes';

export const policyEnginesCollector: Collector<PolicyEnginesFact> = {
  key: CLUSTER_POLICY_ENGINES,
  timeoutMs: 60_000,
  collect: (context) =>
    fromCluster(context, 'get /apis', async (cluster) => {
      const [found, version, apiServer] = await Promise.all([
        enginesOf(cluster, context),
        cluster.get('/version', context.signal),
        ifAllowed(() => apiServerAddresses(cluster, context)),
      ]);
      const own = SELF_ENFORCING.version.test(textAt(version, 'gitVersion')) ? [SELF_ENFORCING.title] : [];
      return { ...found, engines: [...new Set([...found.engines, ...own])].sort(), apiServer: apiServer ?? [] };
    }),
};

async function enginesOf(
  cluster: Kubectl,
  { signal }: CollectContext,
): Promise<Pick<PolicyEnginesFact, 'engines' | 'by'>> {
  const sets = await ifAllowed(() => cluster.list('/apis/apps/v1/daemonsets', engineOf, signal));
  if (sets !== undefined) return { engines: sets, by: 'daemonsets' };
  const groups = listAt(await cluster.get('/apis', signal), 'groups').map((group) => textAt(group, 'name'));
  const engines = POLICY_ENGINES.filter(({ group }) => group !== undefined && groups.includes(group));
  return { engines: engines.map(({ title }) => title), by: 'groups' };
}

/** The engine that this DaemonSet is; undefined for any other, and for one that has no pod. */
function engineOf(daemonSet: unknown): string | undefined {
  const engine = POLICY_ENGINES.find((one) => one.daemonSet === textAt(daemonSet, 'metadata', 'name'));
  const isScheduled = at(daemonSet, 'status', 'desiredNumberScheduled') !== 0;
  return engine !== undefined && isScheduled && enforces(engine, daemonSet) ? engine.title : undefined;
}

function enforces({ container }: PolicyEngine, daemonSet: unknown): boolean {
  if (container === undefined) return true;
  const containers = listAt(daemonSet, 'spec', 'template', 'spec', 'containers');
  const found = containers.find((one) => textAt(one, 'name') === container.name);
  if (found === undefined) return false;
  return container.argument === undefined || listAt(found, 'args').includes(container.argument);
}

async function apiServerAddresses(cluster: Kubectl, { signal }: CollectContext): Promise<readonly string[]> {
  const [service, slices] = await Promise.all([
    cluster.get(SERVICE, signal),
    cluster.list(SLICES, (slice) => listAt(slice, 'endpoints'), signal),
  ]);
  const endpoints = slices.flat().flatMap((endpoint) => listAt(endpoint, 'addresses'));
  const addresses = [...listAt(service, 'spec', 'clusterIPs'), ...endpoints].filter((one) => typeof one === 'string');
  return [...new Set(addresses)].sort();
}

/** Returns undefined if the right is missing. */
async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'forbidden') return undefined;
    throw error;
  }
}
