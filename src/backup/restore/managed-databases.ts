import { ExternalError, UserError } from '../../base/errors.ts';
import { databaseClient, tablesOf } from '../database.ts';
import { type BackupManifest, partOf } from '../manifest.ts';
import type { RestoreContext } from './context.ts';

/**
 * Throws UserError if a database that the provider restores is not there yet, with what restores it. ExternalError if the
 * server cannot be reached. A restore of the other parts then verifies that this database fits them.
 */
export async function requireManagedDatabases(manifest: BackupManifest, context: RestoreContext): Promise<void> {
  for (const which of ['main', 'plugin'] as const) {
    const { mechanism, engine } = partOf(manifest, `postgres-${which}`);
    if (mechanism !== 'managed') continue;
    const client = await databaseClient(which, context);
    const tables = await tablesOf(context.runner, client, { signal: context.signal }).catch((error: unknown) => {
      if (error instanceof ExternalError && error.stderr.some((line) => /database ".*" does not exist$/.test(line)))
        return [];
      throw error;
    });
    if (tables.length > 0) continue;
    throw new UserError(
      `the database ${client.database} at ${client.where} is not restored: the set has no dump of it, because ${engine} restores it; nothing was changed`,
      {
        next: [
          `restore the server as of ${manifest.commonPoint} or later: difyctl runbook has the commands`,
          'set postgres.host to the restored server if it has another name, then run difyctl restore again',
        ],
      },
    );
  }
}
