import type { VersionTimes } from '../../storage/object-version.ts';
import type { BackupManifest } from '../manifest.ts';

/**
 * Returns the times for a bucket with versions: until the stated time, and with the objects that were deleted since the
 * time of the databases, because their rows name them. Undefined without a stated time: use the list of the set.
 */
export function versionTimes({
  at,
  manifest,
  point,
}: {
  readonly at: Date | undefined;
  readonly manifest: BackupManifest;
  /** Defined if the databases are as of the stated time too. */
  readonly point: object | undefined;
}): Required<VersionTimes> | undefined {
  return at === undefined ? undefined : { until: at, since: point === undefined ? new Date(manifest.commonPoint) : at };
}
