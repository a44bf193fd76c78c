import { UserError } from '../../base/errors.ts';
import { keptDays } from '../../deployment/kept-days.ts';
import type { BackupSettings } from '../../deployment/schema/recovery.ts';
import { keptVersions } from '../../storage/facts.ts';
import type { OpenBucket } from './open-bucket.ts';

/**
 * Returns the days that the bucket keeps old versions; undefined: forever. Throws UserError if it keeps none, or not as
 * long as sets are kept: a set would name versions that are deleted.
 */
export async function requireVersions(bucket: OpenBucket, keep: BackupSettings['keep']): Promise<number | undefined> {
  const kept = keptVersions(await bucket.settings());
  const name = bucket.bucket;
  const copy = 'or set recovery.backup.objects to copy';
  if (kept.is === 'hidden') {
    throw new UserError(`the key may not read how long the bucket ${name} keeps versions (${kept.code})`, {
      next: ['grant s3:GetBucketVersioning and s3:GetLifecycleConfiguration on the bucket', copy],
    });
  }
  if (kept.is === 'off') {
    throw new UserError(`versioning of the bucket ${name} is ${kept.versioning}; expected enabled`, {
      next: [`enable versioning of the bucket ${name}`, copy],
    });
  }
  const { days } = kept;
  const needed = keptDays(keep);
  if (days === undefined || days >= needed) return days;
  throw new UserError(
    `the bucket ${name} deletes old versions after ${days} days; sets are kept for ${needed} days (recovery.backup.keep)`,
    { next: [`keep noncurrent versions of the bucket ${name} for ${needed} days`, copy] },
  );
}
