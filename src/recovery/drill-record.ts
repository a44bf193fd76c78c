import * as z from 'zod';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { isObject } from '../base/json.ts';
import { newerWriter, storedHead, writerOf } from '../base/stored-document.ts';

/** Version of the document. A reader refuses a higher one. */
const DRILL_VERSION = 1;

/** Name of the folder of records below the state of a deployment. */
export const DRILLS_FOLDER = 'drills';

const judged = z.object({
  id: z.string(),
  observed: z.string(),
  expected: z.string(),
});

/** The workflow of a full drill. */
const drilledWorkflow = judged.extend({
  status: z.enum(['pass', 'fail', 'skip', 'unknown']),
  /** The next step. Absent if the workflow succeeded, or if Dify did not start. */
  next: z.string().optional(),
  /** Id of the app. Absent if no workflow was run. */
  app: z.string().optional(),
  /** Names of the outputs of a workflow that succeeded; their values may be data of users. */
  outputs: z.array(z.string()).optional(),
  /** Seconds that it ran, as Dify measured them. */
  seconds: z.number().nonnegative().optional(),
});

/** Dify itself on the restored data. */
const fullDrill = z.object({
  /** The services of the project, data services included. One that did not start is in `failures` or in a check. */
  services: z.array(z.string()),
  /** Seconds from the copy of the files until every service was healthy, or until one had failed. */
  startSeconds: z.number().nonnegative(),
  /** Services that did not become ready, each with its last lines of log. Empty if all did. */
  failures: z.array(z.object({ service: z.string(), reason: z.string(), logs: z.array(z.string()) })),
  /** Checks of postflight. */
  checks: z.array(judged.extend({ status: z.enum(['pass', 'warn', 'fail', 'skip', 'unknown']) })),
  /** Absent in the record of a difyctl that ran no workflow. */
  workflow: drilledWorkflow.optional(),
});
export type FullDrill = z.output<typeof fullDrill>;

const drillRecord = z.object({
  kind: z.literal('DrillRecord'),
  version: z.int().positive(),
  /** The difyctl that ran the drill. */
  difyctl: z.string(),
  deployment: z.string(),
  /** Id of the backup set. */
  set: z.string(),
  /** True if no newer complete set existed: only then the age of its data says what a disaster would cost. */
  isNewest: z.boolean(),
  /** T of the set: what was written later is not in it. */
  commonPoint: z.iso.datetime(),
  at: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Dify that wrote the data, and that would read it. */
  dify: z.object({ set: z.string(), image: z.string() }),
  /** Where the data was restored, such as `databases difyctl_drill_… on 10.0.0.5:5432`. */
  place: z.string(),
  /** Seconds that the restore of each part took, in the order of the restore. */
  durations: z.array(z.object({ part: z.string(), seconds: z.number().nonnegative() })),
  /** Seconds from the first byte to the last restored part. Dify's own start is not in it: see `full`. */
  restoreSeconds: z.number().nonnegative(),
  /** Time of the newest row that was recovered, and its table. Absent if no row has a time. */
  newestRecovered: z.object({ at: z.iso.datetime(), table: z.string() }).optional(),
  outcome: z.enum(['pass', 'fail']),
  /** Why the drill failed before the invariants were verified. */
  failure: z.string().optional(),
  invariants: z.array(judged.extend({ status: z.enum(['pass', 'fail', 'skip', 'unknown']) })),
  /** Absent if the drill verified the data alone. */
  full: fullDrill.optional(),
});

/** One drill: a set that was restored beside the installation, verified, timed and removed. */
export type DrillRecord = z.output<typeof drillRecord>;

/** Returns the record with the fields that every stored document has. */
export function newDrillRecord(facts: Omit<DrillRecord, 'kind' | 'version' | 'difyctl'>): DrillRecord {
  return { ...storedHead('DrillRecord', DRILL_VERSION), ...facts };
}

/** Returns the record in a stored text, or why it cannot be used. Never throws. */
export function readDrillRecord(text: string): DrillRecord | { readonly reason: string } {
  const document = tryBoundedJson(text);
  if (!isObject(document) || document.kind !== 'DrillRecord') return { reason: 'it is not a DrillRecord' };
  if (newerWriter(document, DRILL_VERSION) !== undefined)
    return { reason: `it was written by difyctl ${writerOf(document)}, which is newer` };
  const { data, error } = drillRecord.safeParse(document);
  const [issue] = error?.issues ?? [];
  return data ?? { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}
