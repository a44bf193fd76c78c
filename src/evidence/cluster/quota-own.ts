import { at, listAt, quantityAt, textAt } from '../../base/json-path.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { effectiveRequests } from '../pod-requests.ts';
import { type PlannedObject, RENDERED_OBJECTS } from '../rendered/set.ts';
import { fromCluster, fromClusterIfThere } from './connect.ts';
import { CLUSTER_LIMITS, type QuotaAmounts } from './limits.ts';
import { countedKind, objectsOf } from './quota-kinds.ts';

/**
 * What the release uses of each resource that a quota of the namespace limits: its pods, and the objects of the plan
 * that exist. Claims are not in it.
 */
export const QUOTA_OWN = evidenceKey<QuotaAmounts>('cluster.quota-own', 1);

interface PodUse {
  readonly count: number;
  readonly cpu: number;
  readonly memory: number;
  readonly cpuLimit: number;
  readonly memoryLimit: number;
}

const OF_PODS: Readonly<Record<string, (pods: PodUse) => number>> = {
  pods: ({ count }) => count,
  'count/pods': ({ count }) => count,
  cpu: ({ cpu }) => cpu,
  'requests.cpu': ({ cpu }) => cpu,
  memory: ({ memory }) => memory,
  'requests.memory': ({ memory }) => memory,
  'limits.cpu': ({ cpuLimit }) => cpuLimit,
  'limits.memory': ({ memoryLimit }) => memoryLimit,
};

/** Reads nothing if the namespace has no quota. */
export const quotaOwnCollector: Collector<QuotaAmounts> = {
  key: QUOTA_OWN,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const { deployment } = context;
    if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
    const { namespace } = deployment.target;
    const { quotas } = await need(CLUSTER_LIMITS);
    const resources = [...new Set(quotas.flatMap(({ hard }) => Object.keys(hard)))];
    if (resources.length === 0) return {};
    const { objects } = await need(RENDERED_OBJECTS);
    const pods = resources.some((resource) => resource in OF_PODS)
      ? await podsOf(context, namespace, deployment.name)
      : [];
    const use = pods.reduce<PodUse>(plus, { count: 0, cpu: 0, memory: 0, cpuLimit: 0, memoryLimit: 0 });
    const ownOf = async (resource: string): Promise<number> =>
      OF_PODS[resource]?.(use) ?? (await existing(context, namespace, resource, objects));
    return Object.fromEntries(
      await Promise.all(resources.map(async (resource) => [resource, await ownOf(resource)] as const)),
    );
  },
};

function podsOf(context: CollectContext, namespace: string, release: string): Promise<readonly PodUse[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io%2Finstance%3D${release}`;
  return fromCluster(context, `list pods in namespace ${namespace}`, (cluster) =>
    cluster.list(path, podUse, context.signal),
  );
}

/** What a quota counts of a pod. Undefined for a finished one, which no quota of resources counts. */
export function podUse(pod: unknown): PodUse | undefined {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return undefined;
  const spec = at(pod, 'spec');
  const limits = { cpuLimit: limitOf(spec, 'cpu'), memoryLimit: limitOf(spec, 'memory') };
  return { count: 1, ...effectiveRequests(spec), ...limits };
}

/** The larger of what the containers may use together and what one init container may use. */
function limitOf(spec: unknown, of: 'cpu' | 'memory'): number {
  const limits = (list: string) =>
    listAt(spec, list).map((container) => quantityAt(container, 'resources', 'limits', of) ?? 0);
  const together = limits('containers').reduce((sum, one) => sum + one, 0);
  return Math.max(together, ...limits('initContainers'));
}

function plus(sum: PodUse, pod: PodUse): PodUse {
  return {
    count: sum.count + pod.count,
    cpu: sum.cpu + pod.cpu,
    memory: sum.memory + pod.memory,
    cpuLimit: sum.cpuLimit + pod.cpuLimit,
    memoryLimit: sum.memoryLimit + pod.memoryLimit,
  };
}

/**
 * The number of planned objects of the counted kind that exist. 0 for claims, because the plan asks for new ones only.
 */
async function existing(
  context: CollectContext,
  namespace: string,
  resource: string,
  objects: readonly PlannedObject[],
): Promise<number> {
  const kind = countedKind(resource);
  if (kind === undefined || kind.plural === 'persistentvolumeclaims') return 0;
  const found = await Promise.all(
    objectsOf(kind, objects).map(({ apiVersion, name }) => {
      const api = kind.group === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
      return fromClusterIfThere(context, `get ${kind.plural} in namespace ${namespace}`, (cluster) =>
        cluster.get(`${api}/namespaces/${namespace}/${kind.plural}/${name}`, context.signal),
      );
    }),
  );
  return found.filter((object) => object !== undefined).length;
}
