import * as z from 'zod';
import { duration, httpUrl } from '../../base/fields.ts';

/** Whole days, because Dify counts retention in days. */
const days = duration.refine((text) => /^[1-9]\d*d$/.test(text), 'whole days, such as 90d');

/** Logs of Dify's own processes. */
export const logging = z.strictObject({
  level: z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']).default('INFO'),
  format: z.enum(['text', 'json']).default('text'),
  accessLog: z.boolean().default(true),
  retention: z.strictObject({ workflowRuns: days.optional() }).prefault({}),
  otel: z.strictObject({ endpoint: httpUrl }).optional(),
});
