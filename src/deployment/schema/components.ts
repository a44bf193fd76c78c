import * as z from 'zod';
import { environmentName, line, nodeLabels, quantity } from '../../base/fields.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { placement } from './placement.ts';

const MOST_REPLICAS = 200;
/** Percent of the request. It may be above 100, because limits are above requests. */
const percent = z.int().min(1).max(1000);

const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });

/** Limits of the replicas and targets of a HorizontalPodAutoscaler; `replicas` is the minimum. */
const autoscaling = z.strictObject({
  maxReplicas: z.int().min(1).max(MOST_REPLICAS),
  cpuPercent: percent.optional(),
  memoryPercent: percent.optional(),
});

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

export const components = z.strictObject(
  Object.fromEntries(COMPONENTS.map((name) => [name, component.optional()])) as Record<
    ComponentName,
    z.ZodOptional<typeof component>
  >,
);
export type ComponentOverride = z.output<typeof component>;
