import { databaseClient } from '../../backup/database.ts';
import { partOf } from '../../backup/manifest.ts';
import type { RestoreContext } from '../../backup/restore/context.ts';
import { newestRow } from '../../backup/restore/newest-row.ts';
import { psqlQuery } from '../../backup/restore/psql-query.ts';
import { wantedVersions } from '../../backup/versions/restore.ts';
import { versionTimes } from '../../backup/versions/times.ts';
import { ExternalError } from '../../base/errors.ts';
import type { RestoreSources } from './sources.ts';

/** The newest row and the newest object of restored data. Times are ISO 8601 in UTC. */
export interface NewestRestored {
  /** Undefined if no table that users write to has a row. */
  readonly row?: { readonly at: string; readonly table: string };
  /** `at`: when the object was written. Only for a bucket with versions: elsewhere a restore changes this time. */
  readonly object?: { readonly at: string; readonly key: string };
}

/**
 * Returns the newest row and object of the restored data. Undefined if one cannot be read: the invariants say why.
 */
export async function newestRestored(sources: RestoreSources, context: RestoreContext): Promise<NewestRestored> {
  const { runner, signal } = context;
  const row = await ifReadable(async () =>
    newestRow(psqlQuery(runner, await databaseClient('main', context), { signal })),
  );
  const part = partOf(sources.manifest, 'objects');
  const listed =
    part.mechanism === 'referenced'
      ? await ifReadable(() => wantedVersions(part, versionTimes(sources), context))
      : undefined;
  const object = listed?.versions.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
  return {
    ...(row === undefined ? {} : { row }),
    ...(object === undefined ? {} : { object: { at: object.at, key: object.key } }),
  };
}

async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}
