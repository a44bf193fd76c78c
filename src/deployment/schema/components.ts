import * as z from 'zod';
import { environmentName, line, nodeLabels, quantity } from '../../base/fields.ts';
import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { placement } from './placement.ts';

const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() });

const component = z.strictObject({
  enabled: z.boolean().optional(),
  replicas: z.int().min(0).max(200).optional(),
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
