import * as z from 'zod';
import { environmentName, line, nodeLabels, quantity } from '../../base/fields.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { placement } from './placement.ts';

/** The largest number of replicas of one component. */
export const MOST_REPLICAS = 200;
const replicas = z.int().min(1).max(MOST_REPLICAS);
/** Percent of the request. It may be above 100, because limits are above requests. */
const percent = z.int().min(1).max(1000);

const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });

/** Limits of the replicas and targets of a HorizontalPodAutoscaler; `replicas` is the minimum. */
const autoscaling = z.strictObject({
  /** Required without `load.concurrentUsers`, and in a pool. */
  maxReplicas: replicas.optional(),
  cpuPercent: percent.optional(),
  memoryPercent: percent.optional(),
});

/** Tasks that wait in all queues of a worker, for each replica. */
const workerAutoscaling = autoscaling.extend({ queueLength: z.int().min(1).max(100_000).optional() });

const component = z.strictObject({
  enabled: z.boolean().optional(),
  replicas: z.int().min(0).max(MOST_REPLICAS).optional(),
  autoscaling: autoscaling.optional(),
  resources: z.strictObject({ requests: amounts.optional(), limits: amounts.optional() }).optional(),
  extraEnv: z.record(environmentName, z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  nodeSelector: nodeLabels.optional(),
  ...placement,
  priorityClassName: line.optional(),
});

/** The name of a pool is part of names of objects, and of services on Compose. */
const poolName = z
  .string()
  .regex(/^[a-z]([-a-z0-9]{0,18}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 20');

/** Workers that consume only some queues. What a pool leaves out is that of the worker. */
const pool = component.omit({ enabled: true }).extend({
  queues: z.array(line).min(1),
  autoscaling: workerAutoscaling.extend({ maxReplicas: replicas }).optional(),
});

const worker = component.extend({
  autoscaling: workerAutoscaling.optional(),
  pools: z.record(poolName, pool).optional(),
});

export const components = z.strictObject({
  ...(Object.fromEntries(COMPONENTS.map((name) => [name, component.optional()])) as Record<
    ComponentName,
    z.ZodOptional<typeof component>
  >),
  worker: worker.optional(),
});
export type ComponentOverride = z.output<typeof component>;
export type PoolOverride = z.output<typeof pool>;
