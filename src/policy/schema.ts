import * as z from 'zod';
import { duration, line } from '../base/fields.ts';
import { isQuantity } from '../base/quantity.ts';
import { API_VERSION } from '../base/version.ts';
import { TIERS } from '../checklist/tiers.ts';

const checkPattern = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*(\.[a-z0-9*-]+)*$/,
    'a check id, a subject or a glob, such as postgres or cluster.capacity.*',
  );

/** Enough for several entries for each check. */
const MOST_ENTRIES = 1000;

const bounds = z.strictObject({ atMost: duration.optional(), atLeast: duration.optional() });

/**
 * What an organisation requires of its deployments, in addition to the published checklist. Only apiVersion, kind and
 * name are required.
 */
export const policySchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Policy'),
  name: line,
  tier: z.enum(TIERS).optional(),
  nodes: z
    .strictObject({
      count: z.int().positive().optional(),
      cpu: z.int().positive().optional(),
      memory: z
        .string()
        .refine((text) => isQuantity(text) && /[KMGT]i?$/.test(text), 'a size such as 32Gi')
        .optional(),
    })
    .optional(),
  zones: z.int().min(1).max(9).optional(),
  recovery: z.strictObject({ rpo: bounds.optional(), rto: bounds.optional() }).optional(),
  checks: z
    .array(z.strictObject({ check: checkPattern, severity: z.enum(['error', 'warning', 'info']), reason: line }))
    .max(MOST_ENTRIES)
    .default([]),
  neverAccepted: z.array(checkPattern).max(MOST_ENTRIES).default([]),
});

export type Policy = z.output<typeof policySchema>;
