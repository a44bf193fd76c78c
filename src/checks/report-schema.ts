import * as z from 'zod';
import type { JsonObject } from '../base/json.ts';
import { TIERS } from '../checklist/tiers.ts';
import { type CheckReport, GRADES, PHASES, SEVERITIES, STATUSES, SUBJECTS } from './check.ts';

const status = z.enum(STATUSES);

const origin = z
  .enum(['local', 'cluster'])
  .meta({ description: 'Where the evidence was collected: on this machine, or in a pod of the cluster.' });

const observation = z.strictObject({
  subject: z.string().meta({ description: 'What was checked: a bucket, a sentinel, a workload.' }),
  from: origin,
  status,
  observed: z.string(),
  expected: z.string(),
});

const result = z.strictObject({
  id: z.string().meta({ description: 'Stable, dotted, lower case; difyctl checks explain ID.' }),
  subject: z.enum(SUBJECTS),
  status,
  severity: z.enum(SEVERITIES).meta({ description: 'Caps the status: warning at warn, info at pass with a note.' }),
  observed: z.string(),
  expected: z.string(),
  message: z.string(),
  remedy: z.string().meta({ description: 'The one next step.' }),
  note: z.string().exactOptional().meta({ description: 'The problem that severity info turned into a pass.' }),
  observations: z.array(observation).readonly().exactOptional(),
  accepted: z.strictObject({ reason: z.string(), until: z.string().exactOptional() }).exactOptional(),
  notAccepted: z.string().exactOptional().meta({ description: 'Why the accepted risk in the file does not apply.' }),
  policy: z
    .strictObject({ was: z.enum(SEVERITIES), reason: z.string() })
    .exactOptional()
    .meta({ description: 'The severity that a policy replaced, and the reason the policy gives.' }),
  sources: z
    .array(z.strictObject({ key: z.string(), from: origin, at: z.string(), saved: z.boolean() }))
    .readonly()
    .exactOptional()
    .meta({ description: 'Evidence from the cluster (--from cluster) or from an earlier run (--from-evidence).' }),
  durationMs: z.number().nonnegative(),
});

const count = z.int().nonnegative();

const verdict = z.strictObject({
  grade: z.enum(GRADES).meta({ description: 'A to F; docs/audit.md has the formula.' }),
  score: z.number().min(0).max(100),
  worst: z
    .array(z.strictObject({ id: z.string(), status, risk: z.int().min(1).max(10), message: z.string() }))
    .readonly()
    .meta({ description: 'The findings with the highest risk, at most ten.' }),
  changes: z
    .array(z.strictObject({ id: z.string(), change: z.string() }))
    .readonly()
    .meta({ description: 'What a deployment of difyctl has instead.' }),
});

/** What `-o json` and `--report FILE.json` write, for pipelines that validate it. */
const checkReport = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal('CheckReport'),
  difyctl: z.string().meta({ description: 'Version of difyctl.' }),
  time: z.iso.datetime(),
  deployment: z.string().optional(),
  tier: z.enum(TIERS),
  target: z.enum(['kubernetes', 'compose']),
  location: z.string().meta({ description: 'Context and namespace, or the directory.' }),
  phase: z.enum(PHASES),
  failOn: z.literal('warn').exactOptional().meta({ description: '--fail-on warn: a warning blocks as well.' }),
  policy: z
    .strictObject({ name: z.string(), file: z.string(), nodes: z.string().exactOptional() })
    .exactOptional()
    .meta({ description: 'The policy that extends the published checklist.' }),
  durationMs: z.number().nonnegative(),
  waited: z
    .strictObject({ ms: z.number(), rounds: count, endedBy: z.enum(['passed', 'timeout', 'unrecoverable']) })
    .exactOptional()
    .meta({ description: '--wait: how long it waited, how many times it checked again, and what ended it.' }),
  summary: z.strictObject({ pass: count, warn: count, fail: count, skip: count, unknown: count }),
  checks: z.array(result).readonly(),
  audit: verdict.exactOptional().meta({ description: 'The verdict of difyctl audit.' }),
}) satisfies z.ZodType<CheckReport>;

/** JSON Schema (draft-07) of a report. */
export function checkReportJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(checkReport, { target: 'draft-7' });
  return { title: 'CheckReport', ...(schema as JsonObject) };
}
