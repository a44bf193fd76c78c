import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { boundedJson } from '../base/bounded-json.ts';
import { digestOf } from '../base/digest.ts';
import { UserError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { newerWriter, storedHead } from '../base/stored-document.ts';
import { writeStateFile } from '../state/folder.ts';
import { refuseLink } from '../state/links.ts';
import type { StatePaths } from '../state/paths.ts';
import { DRILL_KINDS, type RehearsalReport } from './report.ts';

const VERSION = 1;
/** Records that are kept. An operator compares a few shapes and versions. */
const KEPT = 20;
/** Failed drills that a record names. */
const NAMED_FAILURES = 10;

const count = z.int().nonnegative();

/** Keeps fields that a newer difyctl added. */
const schema = z.looseObject({
  kind: z.literal('RehearsalRecord'),
  version: z.int().positive(),
  difyctl: z.string(),
  deployment: z.string(),
  /** When the rehearsal ended. */
  at: z.string(),
  renderedSet: z.string(),
  shape: z.looseObject({
    source: z.enum(['cluster', 'flags']),
    digest: z.string(),
    ...{ nodes: count, zones: count, kubernetes: z.string() },
    /** Absent in records of older versions. */
    nodesDigest: z.string().optional(),
  }),
  /** Kinds of drills that were asked for. A newer difyctl may have more of them. */
  kinds: z.array(z.string()).readonly(),
  summary: z.looseObject({ pass: count, warn: count, fail: count, skip: count }),
  failures: z.array(z.looseObject({ kind: z.string(), subject: z.string(), message: z.string() })).readonly(),
  /**
   * The longest that a component needed in the drills of a kind until all of its replicas were ready again, by scheduler
   * and controllers alone. Absent in records of older versions.
   */
  times: z
    .array(z.looseObject({ kind: z.string(), seconds: z.number().nonnegative() }))
    .readonly()
    .optional(),
});

/** The result of a rehearsal, stored beside the other state of the deployment. */
export type RehearsalRecord = z.output<typeof schema>;

/** Returns the record of a report. */
export function recordOf(report: RehearsalReport, kinds: readonly string[], now: Date): RehearsalRecord {
  const { deployment, renderedSet, shape, summary, drills } = report;
  const failed = drills.filter(({ status }) => status === 'fail').slice(0, NAMED_FAILURES);
  return {
    ...storedHead('RehearsalRecord', VERSION),
    ...{ deployment, at: now.toISOString(), renderedSet, shape, kinds: [...kinds], summary },
    failures: failed.map(({ kind, subject, message }) => ({ kind, subject, message })),
    times: slowest(drills),
  };
}

/** The longest `readyAfter` of each kind of drill that has one. */
function slowest(drills: RehearsalReport['drills']): readonly { readonly kind: string; readonly seconds: number }[] {
  return DRILL_KINDS.flatMap((kind) => {
    const times = drills
      .filter((drill) => drill.kind === kind)
      .flatMap(({ components }) => components.flatMap(({ readyAfter }) => readyAfter ?? []));
    return times.length === 0 ? [] : [{ kind, seconds: Math.max(...times) }];
  });
}

/**
 * Stores a record in place of the last one of the same rendered set, shape and drills, and removes the oldest records.
 * Throws UserError if the last one cannot be read: only its writer may replace it.
 */
export async function storeRehearsal(paths: StatePaths, record: RehearsalRecord): Promise<void> {
  await refuseLink(paths.rehearsals);
  const { renderedSet, shape, kinds } = record;
  const name = `${digestOf([renderedSet, shape.digest, kinds]).slice(0, 16)}.json`;
  const { records, unreadable } = await readRehearsals(paths);
  const file = path.join(paths.rehearsals, name);
  const fault = unreadable.find((one) => one.file === file);
  if (fault !== undefined) {
    throw new UserError(`${fault.file} cannot be read, so it was not replaced: ${fault.reason}`, {
      next: [`save a copy and remove it: mv '${fault.file}' '${fault.file}.bak'`],
    });
  }
  await writeStateFile(paths, file, `${JSON.stringify(record, undefined, 2)}\n`);
  const others = records.filter((one) => one.file !== file);
  for (const old of others.slice(KEPT - 1)) await rm(old.file, { force: true });
}

interface Stored {
  readonly file: string;
  readonly record: RehearsalRecord;
}

interface StoredRehearsals {
  /** Newest first. */
  readonly records: readonly Stored[];
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
}

/** Reads every stored record. */
export async function readRehearsals(paths: Pick<StatePaths, 'rehearsals'>): Promise<StoredRehearsals> {
  const names = await readdir(paths.rehearsals).catch(() => []);
  const files = names.filter((name) => /^[0-9a-f]+\.json$/.test(name)).map((name) => path.join(paths.rehearsals, name));
  const read = await Promise.all(files.map(async (file) => ({ file, ...(await readRecord(file)) })));
  const records = read.flatMap(({ file, record }) => (record === undefined ? [] : [{ file, record }]));
  return {
    records: records.sort((a, b) => (a.record.at < b.record.at ? 1 : -1)),
    unreadable: read.flatMap(({ file, reason }) => (reason === undefined ? [] : [{ file, reason }])),
  };
}

async function readRecord(file: string): Promise<{ readonly record?: RehearsalRecord; readonly reason?: string }> {
  try {
    const document = boundedJson(await readFile(file, 'utf8'));
    const newer = isObject(document) ? newerWriter(document, VERSION) : undefined;
    if (newer !== undefined) return { reason: `difyctl ${newer} or newer can read it` };
    const { data } = schema.safeParse(document);
    return data === undefined ? { reason: 'it is not a document of kind RehearsalRecord' } : { record: data };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Returns the newest record of a rendered set on nodes as the cluster has them now; otherwise on another shape of the
 * cluster; otherwise on nodes by flags; otherwise the newest of any set. Undefined if there is none. Without
 * `renderedSet` (nothing is installed), every record counts. `nodesDigest` is undefined if the nodes are not known.
 */
export function newestRehearsal(
  { records }: Pick<StoredRehearsals, 'records'>,
  renderedSet: string | undefined,
  nodesDigest?: string | undefined,
): RehearsalRecord | undefined {
  const same = records.filter(({ record }) => record.renderedSet === renderedSet);
  const ofCluster = same.filter(({ record }) => record.shape.source === 'cluster');
  const ofNodes = ofCluster.find(
    ({ record: { shape } }) => nodesDigest !== undefined && shape.nodesDigest === nodesDigest,
  );
  return (ofNodes ?? ofCluster[0] ?? same[0] ?? records[0])?.record;
}
