import * as z from 'zod';
import { line } from '../../base/fields.ts';

/** A toleration of a pod, as Kubernetes has it (kubernetes.io, Taints and Tolerations). */
const toleration = z.strictObject({
  key: line.optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().nonnegative().optional(),
});

/** A part of Kubernetes' own affinity, as it is written in a pod. */
const rules = z.record(z.string(), z.json());

const affinity = z.strictObject({
  nodeAffinity: rules.optional(),
  podAffinity: rules.optional(),
  podAntiAffinity: rules.optional(),
});

/** The placement of pods that a component and `target` can both set. */
export const placement = {
  tolerations: z.array(toleration).optional(),
  affinity: affinity.optional(),
  spread: z.enum(['soft', 'hard']).optional(),
};

export type Toleration = z.output<typeof toleration>;
export type Affinity = z.output<typeof affinity>;
export type Spread = 'soft' | 'hard';
