import { ExternalError, UserError } from '../../base/errors.ts';
import { databaseClient, tablesOf } from '../database.ts';
import { type BackupManifest, partOf } from '../manifest.ts';
import type { RestoreContext } from './context.ts';
import { newestRow } from './newest-row.ts';
import { psqlQuery } from './psql-query.ts';

/** Milliseconds for the newest row of a large table without an index. */
const QUERY_MS = 15 * 60_000;

/**
 * Throws UserError if a database that the provider restores is not there yet, or is as of a time before the set, with
 * what restores it. ExternalError if the server cannot be reached. A restore of the other parts then verifies that this
 * database fits them.
 */
export async function requireManagedDatabases(manifest: BackupManifest, context: RestoreContext): Promise<void> {
  const { runner, signal } = context;
  for (const which of ['main', 'plugin'] as const) {
    const { mechanism, engine, details } = partOf(manifest, `postgres-${which}`);
    if (mechanism !== 'managed') continue;
    const client = await databaseClient(which, context);
    const name = `the database ${client.database} at ${client.where}`;
    const tables = await tablesOf(runner, client, { signal }).catch((error: unknown) => {
      if (error instanceof ExternalError && error.stderr.some((line) => /database ".*" does not exist$/.test(line)))
        return [];
      throw error;
    });
    if (tables.length === 0)
      throw notRestored(`${name} is not restored: the set has no dump of it, because ${engine} restores it`, manifest);
    const known = details.newestRow;
    if (typeof known !== 'string') continue;
    const newest = await newestRow(psqlQuery(runner, client, { signal, timeoutMs: QUERY_MS }));
    if (newest !== undefined && newest.at >= known) continue;
    const observed = newest === undefined ? 'no row has a time' : `its newest row is of ${newest.at}`;
    throw notRestored(`${name} is older than the set: ${observed}, and the set knows one of ${known}`, manifest);
  }
}

function notRestored(observed: string, { commonPoint }: BackupManifest): UserError {
  return new UserError(`${observed}; nothing was changed`, {
    next: [
      `restore the server as of ${commonPoint} or later: difyctl runbook has the commands`,
      'set postgres.host to the restored server if it has another name, then run difyctl restore again',
    ],
  });
}
