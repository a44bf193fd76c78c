import * as z from 'zod';
import type { JsonObject } from '../base/json.ts';
import { TIERS } from '../checklist/tiers.ts';
import { DRILL_KINDS, DRILL_STATUSES, type PrintedRehearsal } from './report.ts';

const status = z.enum(DRILL_STATUSES);
const count = z.int().nonnegative();
const seconds = z.number().nonnegative();

const component = z.strictObject({
  component: z.string().meta({ description: 'A component of Dify, or the name of another workload of the release.' }),
  status,
  replicas: count,
  minimumReady: count.meta({ description: 'The smallest number of ready replicas during the drill.' }),
  promisedReady: count.meta({ description: 'The smallest number that the rendered set promises during the drill.' }),
  readyAfter: seconds.optional().meta({
    description: 'Until all replicas were ready again, by scheduler and controllers alone. Missing if never.',
  }),
  pending: z
    .array(z.strictObject({ pod: z.string(), reason: z.string() }))
    .readonly()
    .meta({ description: 'Pods that do not become ready, in the words of the scheduler or of a controller.' }),
  reason: z.string().meta({ description: 'Why the status is not pass; empty if it is.' }),
});

const drill = z.strictObject({
  kind: z.enum(DRILL_KINDS),
  subject: z.string().meta({ description: 'A node, two nodes, a zone, or all.' }),
  status,
  message: z.string(),
  remedy: z.string().meta({ description: 'The next step. Empty if the drill passed.' }),
  seconds,
  components: z.array(component).readonly(),
});

const published = z.strictObject({
  name: z.enum(['detection', 'eviction', 'start', 'volume-attach']),
  ...{ seconds, appliesTo: z.string(), source: z.string() },
});

const rehearsal = z.strictObject({
  deployment: z.string(),
  tier: z.enum(TIERS),
  renderedSet: z.string().meta({ description: 'Digest of the rendered files and the chart.' }),
  shape: z.strictObject({
    source: z.enum(['cluster', 'flags']),
    digest: z.string(),
    ...{ nodes: count, zones: count },
    nodesDigest: z
      .string()
      .optional()
      .meta({ description: 'Digest of zone, size, taints and schedulability of each node.' }),
    kubernetes: z.string().meta({ description: 'Version of the API server that decided.' }),
  }),
  summary: z.strictObject({ pass: count, warn: count, fail: count, skip: count }),
  drills: z.array(drill).readonly(),
  published: z
    .array(published)
    .readonly()
    .meta({ description: 'Times that a simulation does not show. A real cluster adds them to readyAfter.' }),
  limits: z.array(z.string()).readonly().meta({ description: 'What a rehearsal does not show.' }),
  seconds,
}) satisfies z.ZodType<PrintedRehearsal>;

/** What `difyctl rehearse -o json` writes. */
const rehearsalReport = rehearsal.extend({
  apiVersion: z.string(),
  kind: z.literal('RehearsalReport'),
  difyctl: z.string().meta({ description: 'Version of difyctl.' }),
  time: z.iso.datetime(),
});

/** JSON Schema (draft-07) of a rehearsal's report. */
export function rehearsalReportJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(rehearsalReport, { target: 'draft-7' });
  return { title: 'RehearsalReport', ...(schema as JsonObject) };
}
