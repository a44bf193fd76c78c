import { type HistoryEntry, type ObjectVersion, versionsAt } from '../../storage/object-version.ts';
import { backupSettings } from '../open-repository.ts';
import { tagsOf } from '../repository.ts';
import { listDigest, listText } from '../versions/list.ts';
import type { OpenBucket } from '../versions/open-bucket.ts';
import { requireVersions } from '../versions/refuse-short.ts';
import { type FilesPart, type MadePart, type MakeContext, resticOptions } from './context.ts';
import { isKeyFile } from './files.ts';

/** Precision: the date of HTTP, which shows the clock of the storage, has whole seconds, as the times of some storages. */
export const CLOCK_MS = 2_000;

/**
 * Stores the list of the versions of a bucket's objects: every object that exists now, and those that were deleted since
 * `commonPoint`, because rows of the databases name them. The objects themselves are only in the bucket. Throws UserError
 * if the bucket does not keep them as long as the set is kept.
 */
export async function versionsPart(
  part: FilesPart,
  bucket: OpenBucket,
  commonPoint: Date,
  context: MakeContext,
): Promise<MadePart> {
  const { restic, deployment, set } = context;
  const days = await requireVersions(bucket, backupSettings(deployment).keep);
  const at = new Date(Date.now() + bucket.skewMs());
  const since = new Date(commonPoint.getTime() + bucket.skewMs() - CLOCK_MS);
  const versions = listedVersions(await bucket.history(), { since });
  const text = listText(versions);
  const file = `${part}.versions`;
  const request = { tags: tagsOf(deployment.name, set, part) };
  const { snapshot } = await restic.backupFile(file, { text }, request, resticOptions(context));
  return {
    ...{ part, mechanism: 'referenced', engine: 'S3 versions', snapshot, file: `/${file}` },
    ...{ bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0), files: versions.length },
    details: {
      provider: deployment.objectStorage.provider,
      ...{ endpoint: bucket.endpoint, bucket: bucket.bucket, at: at.toISOString(), digest: listDigest(text) },
      ...(days === undefined ? {} : { noncurrentDays: days }),
    },
  };
}

/** The versions as of a time, without the files with keys: these are only in the encrypted part `secrets`. */
export function listedVersions(
  history: readonly HistoryEntry[],
  times: Parameters<typeof versionsAt>[1],
): readonly ObjectVersion[] {
  return versionsAt(history, times).filter(({ key }) => !isKeyFile(key));
}
