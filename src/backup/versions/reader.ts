import { ExternalError } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import type { VersionTimes } from '../../storage/object-version.ts';
import type { ObjectReader } from '../invariants/read/source.ts';
import type { BackupPart } from '../manifest.ts';
import type { VersionsContext } from './context.ts';
import { wantedVersions } from './restore.ts';

/**
 * Returns a reader of the objects of a referenced part, in the versions that the set names or in those as of a time.
 * Throws ExternalError if the bucket no longer has one of them.
 */
export async function readerOf(
  part: BackupPart,
  times: Required<VersionTimes> | undefined,
  context: VersionsContext,
): Promise<ObjectReader> {
  const { source, versions, gone } = await wantedVersions(part, times, context);
  if (gone.length > 0)
    throw new ExternalError(
      `the bucket ${source.bucket} lacks ${counted(gone.length, 'version')} of ${part.part}, the first of ${gone[0]?.key}`,
    );
  const byKey = new Map(versions.map(({ key, version }) => [key, version]));
  const versionOf = (key: string) => byKey.get(key.replace(/^\/+/, ''));
  return {
    has: async (key) => versionOf(key) !== undefined,
    read: async (key) => {
      const version = versionOf(key);
      return version === undefined ? undefined : source.read(key.replace(/^\/+/, ''), version);
    },
  };
}
