import pLimit from 'p-limit';
import { ExternalError, UserError } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import { versionDays } from '../../storage/facts.ts';
import {
  type HistoryEntry,
  isSameContent,
  type ObjectVersion,
  type VersionTimes,
} from '../../storage/object-version.ts';
import { isKeyFile } from '../make/files.ts';
import { CLOCK_MS, listedVersions } from '../make/versions.ts';
import type { BackupPart } from '../manifest.ts';
import type { FilesTarget } from '../restore/target-files.ts';
import type { VersionsContext } from './context.ts';
import { readList } from './list.ts';
import { type OpenBucket, openVersions } from './open-bucket.ts';

/** The versions to restore, and the bucket that has them. */
export interface WantedVersions {
  readonly source: OpenBucket;
  readonly versions: readonly ObjectVersion[];
  readonly bytes: number;
  /** Versions of the list that the bucket no longer has. */
  readonly gone: readonly ObjectVersion[];
  readonly history: readonly HistoryEntry[];
}

/** What the target has, compared with the versions to restore. */
export interface Comparison {
  /** Objects that the target has now, without files with keys. */
  readonly present: number;
  /** Versions whose contents are not those of the newest version of their key. */
  readonly toCopy: readonly ObjectVersion[];
  readonly gone: readonly ObjectVersion[];
  /** Objects of the target that are not among the versions. They stay. */
  readonly others: number;
}

/** The number of copies at the same time. */
const AT_ONCE = 8;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Returns the versions of a referenced part: those that the set lists, or those as of a time. Throws UserError if
 * the file names another storage than the set, ExternalError if the bucket cannot be read.
 */
export async function wantedVersions(
  part: BackupPart,
  times: Required<VersionTimes> | undefined,
  context: VersionsContext,
): Promise<WantedVersions> {
  const { bucket, endpoint } = part.details;
  const source = await openVersions(String(bucket), context);
  if (source.endpoint !== endpoint) {
    throw new UserError(`${part.part} is in bucket ${bucket} at ${endpoint}, and the file names ${source.endpoint}`, {
      next: ['restore with the objectStorage of the time of the backup, or copy the bucket with its versions first'],
    });
  }
  const history = await source.history();
  const versions =
    times === undefined
      ? await readList(context.restic, part, { signal: context.signal })
      : listedVersions(history, await reachable(source, times));
  const there = new Set(history.map(entryId));
  return {
    ...{ source, versions, history },
    bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    gone: versions.filter((one) => !there.has(entryId(one))),
  };
}

/** The time by the clock of the storage. Throws UserError if the bucket does not keep versions that long. */
async function reachable(source: OpenBucket, { until, since }: Required<VersionTimes>): Promise<VersionTimes> {
  const { lifecycle } = await source.settings();
  const days = 'seen' in lifecycle ? versionDays(lifecycle.seen) : undefined;
  const oldest = days === undefined ? undefined : new Date(Date.now() - days * DAY_MS);
  if (oldest !== undefined && since < oldest) {
    throw new UserError(
      `the bucket ${source.bucket} deletes old versions after ${days} days, so those of ${since.toISOString()} are gone`,
      { next: [`restore to a time after ${oldest.toISOString()}`] },
    );
  }
  const skewMs = source.skewMs();
  const clock = (time: Date): Date => (Math.abs(skewMs) > CLOCK_MS ? new Date(time.getTime() + skewMs) : time);
  return { until: clock(until), since: clock(since) };
}

function entryId({ key, version }: { readonly key: string; readonly version: string }): string {
  return `${version} ${key}`;
}

/** Compares the target with the versions. Throws UserError for a folder, ExternalError if the bucket cannot be read. */
export async function compareVersions(
  target: FilesTarget,
  { source, versions, gone, history }: WantedVersions,
  context: VersionsContext,
): Promise<Comparison> {
  if (target.kind === 'folder') {
    throw new UserError(`the set names versions of objects in bucket ${source.bucket}, and the file has a folder`, {
      next: ['restore into a bucket of the same storage (objectStorage)'],
    });
  }
  const seen = target.bucket === source.bucket ? history : await (await openVersions(target.bucket, context)).history();
  const newest = new Map(
    seen.flatMap(({ key, isLatest, object }) =>
      isLatest && object !== undefined && !isKeyFile(key) ? [[key, object]] : [],
    ),
  );
  const toCopy = versions.filter((one) => {
    const now = newest.get(one.key);
    return now === undefined || !isSameContent(now, one);
  });
  const wanted = new Set(versions.map(({ key }) => key));
  const others = [...newest.keys()].filter((key) => !wanted.has(key)).length;
  return { present: newest.size, toCopy, gone, others };
}

/**
 * Makes the versions the newest ones of their keys, and verifies each of them. Other objects stay. It can be repeated:
 * versions that are already the newest are not copied. Throws ExternalError.
 */
export async function restoreVersions(
  target: FilesTarget,
  wanted: WantedVersions,
  context: VersionsContext,
): Promise<void> {
  const { source } = wanted;
  const { toCopy, gone } = await compareVersions(target, wanted, context);
  if (gone.length > 0)
    throw new ExternalError(`the bucket ${source.bucket} lacks ${counted(gone.length, 'version')} of the set`);
  if (target.kind === 'folder' || toCopy.length === 0) return;
  const limit = pLimit(AT_ONCE);
  await Promise.all(toCopy.map(({ key, version }) => limit(() => source.copy(key, version, target.bucket))));
  const history = target.bucket === source.bucket ? await source.history() : wanted.history;
  const { toCopy: left } = await compareVersions(target, { ...wanted, history }, context);
  if (left.length === 0) return;
  throw new ExternalError(`the bucket ${target.bucket} has other contents of ${left[0]?.key} than the set`, {
    next: ['stop the programs that write to the bucket, and run difyctl restore again'],
  });
}
