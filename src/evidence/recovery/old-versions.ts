import { repositoryBucket } from '../../deployment/repository-bucket.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { dialHere } from '../../net/dial.ts';
import { rulesFor, versionDays } from '../../storage/facts.ts';
import type { HistoryEntry } from '../../storage/object-version.ts';
import { CollectionError } from '../evidence.ts';
import { onRepositoryBucket, type RepositoryBucketFacts, readHistory, readSettings } from './repository-bucket.ts';

/** What a bucket keeps of the files that prunes removed from the repository. */
export interface OldVersions {
  readonly bucket: string;
  readonly count: number;
  readonly bytes: number;
  /** Until when the last of them is locked (ISO 8601 in UTC). Undefined if the bucket has no default retention. */
  readonly lockedUntil?: string;
  /** Days after which the bucket deletes them, but no locked one. Undefined if no rule does. */
  readonly deletedAfter?: number;
}

interface OldVersionsInput {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml. Paths in the file are relative to it. */
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads what the bucket keeps, or why that is not known. Undefined if the repository is not in a bucket of S3, or the
 * file names no keys for it. Throws only Interrupted and bugs.
 */
export async function readOldVersions(
  input: OldVersionsInput,
): Promise<OldVersions | { readonly reason: string } | undefined> {
  const { repository = '', s3 } = input.deployment.recovery?.backup ?? {};
  if (s3 === undefined || repositoryBucket(repository) === undefined) return undefined;
  try {
    return await onRepositoryBucket({ ...input, dial: dialHere }, async (bucket, at) =>
      oldVersions(await readSettings(bucket, at), await readHistory(bucket, at)),
    );
  } catch (error) {
    input.signal.throwIfAborted();
    if (error instanceof CollectionError) return { reason: error.message };
    throw error;
  }
}

/** Returns what stays of the files that were removed. */
export function oldVersions(
  { bucket, prefix, settings }: RepositoryBucketFacts,
  history: readonly HistoryEntry[],
): OldVersions {
  const old = history.flatMap(({ isLatest, object, at }) =>
    isLatest || object === undefined ? [] : [{ ...object, at }],
  );
  const { lock, lifecycle } = settings ?? {};
  const retention = lock !== undefined && 'seen' in lock && typeof lock.seen === 'object' ? lock.seen : undefined;
  // Not Math.max(...): a large repository has more versions than a call may have arguments.
  const newest = old.reduce((latest, { at }) => Math.max(latest, Date.parse(at)), 0);
  const deletedAfter =
    lifecycle !== undefined && 'seen' in lifecycle ? versionDays(rulesFor(lifecycle.seen, prefix)) : undefined;
  return {
    ...{ bucket, count: old.length, bytes: old.reduce((sum, { bytes }) => sum + bytes, 0) },
    ...(retention === undefined || old.length === 0
      ? {}
      : { lockedUntil: new Date(newest + retention.days * DAY_MS).toISOString() }),
    ...(deletedAfter === undefined ? {} : { deletedAfter }),
  };
}
