import type { JsonObject } from '../../base/json.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { plannedPools, plannedQueues } from '../../deployment/worker-pools.ts';
import type { ServiceAddresses } from '../dify-env/addresses.ts';
import { urlHost } from '../dify-env/url.ts';
import type { RenderModel } from '../model.ts';
import type { KubernetesObject } from '../rendered.ts';
import { keyOf } from './certificates.ts';
import { type ChartNames, chartAddresses, componentFullName, podLabels, poolFullName } from './names.ts';
import { ownObject } from './own-object.ts';

interface ScalerContext extends Pick<RenderModel, 'deployment' | 'caCertificates'> {
  readonly planned: RenderModel['components'];
  readonly names: ChartNames;
  readonly secretName: string;
}

/** A workload that the length of its queues scales. */
interface Scaled {
  /** The name of its Deployment. */
  readonly name: string;
  readonly plan: PlannedComponent;
  readonly queues: readonly string[];
}

/**
 * KEDA's ScaledObject of each worker with `autoscaling.queueLength`, and the TriggerAuthentication that lets KEDA read
 * the broker with the password of difyctl's Secret. Empty if no worker asks for it.
 */
export function queueScalers(context: ScalerContext): readonly KubernetesObject[] {
  const { deployment, names } = context;
  const scaled = scaledWorkers(context);
  if (scaled.length === 0) return [];
  const authentication = `${names.full}-broker`;
  return [
    ownObject(deployment, 'triggerAuthentication', authentication, {
      spec: { secretTargetRef: credentials(context) },
    }),
    ...scaled.map((one) => scaledObject(context, one, authentication)),
  ];
}

function scaledWorkers({ deployment, planned, names }: ScalerContext): readonly Scaled[] {
  const queues = plannedQueues(deployment);
  const own = { name: componentFullName(names, 'worker'), plan: planned.worker, queues: queues.get('') ?? [] };
  const pools = plannedPools(deployment).map((pool) => ({
    name: poolFullName(names, pool.name),
    plan: pool,
    queues: pool.queues,
  }));
  return [own, ...pools].filter(({ plan }) => plan.enabled && plan.autoscaling?.queueLength !== undefined);
}

/**
 * Its HorizontalPodAutoscaler takes the largest of all metrics, so each queue counts alone. Celery stores the waiting
 * tasks of a queue in a list of the queue's name (kombu, Redis transport).
 */
function scaledObject(
  context: ScalerContext,
  { name, plan, queues }: Scaled,
  authentication: string,
): KubernetesObject {
  const { deployment, names } = context;
  const { maxReplicas, queueLength, cpuPercent, memoryPercent } = plan.autoscaling ?? {};
  const { type, metadata } = broker(deployment, chartAddresses(names));
  const triggers: readonly JsonObject[] = [
    ...queues.map((listName) => ({
      type,
      metadata: { ...metadata, listName, listLength: String(queueLength) },
      authenticationRef: { name: authentication },
    })),
    ...Object.entries({ cpu: cpuPercent, memory: memoryPercent }).flatMap(([resource, percent]) =>
      percent === undefined
        ? []
        : [{ type: resource, metricType: 'Utilization', metadata: { value: String(percent) } }],
    ),
  ];
  return ownObject(
    deployment,
    'scaledObject',
    name,
    {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicaCount: plan.replicas,
        maxReplicaCount: maxReplicas ?? plan.replicas,
        triggers,
      },
    },
    name === componentFullName(names, 'worker') ? podLabels(names, 'worker') : {},
  );
}

/** The type and address of the trigger (keda.sh, Redis Lists and Redis Lists (supports Redis Sentinel)). */
function broker(
  { redis }: Deployment,
  addresses: ServiceAddresses,
): { readonly type: string; readonly metadata: JsonObject } {
  const database = { databaseIndex: String(redis.databases.broker) };
  if (redis.mode === 'bundled') {
    const { host, port } = addresses.bundled.redis;
    return { type: 'redis', metadata: { address: `${host}:${port}`, ...database } };
  }
  const { mode } = redis.tls;
  const tls = mode === 'disable' ? {} : { enableTLS: 'true', unsafeSsl: String(mode === 'require') };
  const login = redis.username === undefined ? {} : { username: redis.username };
  if (redis.topology === 'standalone') {
    const address = `${urlHost(redis.host)}:${redis.port}`;
    return { type: 'redis', metadata: { address, ...login, ...database, ...tls } };
  }
  const { nodes, master, username } = redis.sentinel;
  const sentinel = username === undefined ? {} : { sentinelUsername: username };
  const metadata = { addresses: nodes.join(','), sentinelMaster: master, ...sentinel, ...login, ...database, ...tls };
  return { type: 'redis-sentinel', metadata };
}

/** What KEDA reads from difyctl's Secret: passwords, and the CA file of Redis. */
function credentials({ deployment, caCertificates, secretName }: ScalerContext): readonly JsonObject[] {
  const { redis } = deployment;
  const isSentinel = redis.mode === 'external' && redis.topology === 'sentinel';
  const ca = caCertificates.filter(({ owner }) => owner === 'redis').map(({ owner }) => keyOf(owner));
  const keys: readonly (readonly [string, string])[] = [
    ...(redis.mode === 'bundled' || redis.password !== undefined ? [['password', 'redis.password'] as const] : []),
    ...(isSentinel && redis.sentinel.password !== undefined
      ? [['sentinelPassword', 'redis.sentinel.password'] as const]
      : []),
    ...ca.map((key) => ['ca', key] as const),
  ];
  return keys.map(([parameter, key]) => ({ parameter, name: secretName, key }));
}
