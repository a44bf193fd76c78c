import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { type DatabaseName, queryLines } from '../database.ts';
import type { MadePart, MakeContext } from './context.ts';
import type { OpenDatabase } from './dump.ts';

/** What a server shows of its own archive. Every role may read it. */
const EVIDENCE = `SELECT json_build_object('walLevel', current_setting('wal_level'),
  'archiveMode', current_setting('archive_mode'), 'archivedAt', to_char(last_archived_time AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS"Z"')) FROM pg_stat_archiver`;

/**
 * Returns the part of a database that its provider restores: what the file says about the mechanism, and what the server
 * shows of it. `archivedAt` is missing if the server archives by means of its own. Copies nothing. Throws ExternalError.
 */
export async function managedPart(
  which: DatabaseName,
  { client, version, tables }: OpenDatabase,
  { deployment, runner, signal }: MakeContext,
): Promise<MadePart> {
  const { postgres, recovery } = deployment;
  const by = (postgres.mode === 'external' ? postgres.managed?.by : undefined) ?? 'the provider';
  const { method, retention } = recovery?.postgres ?? {};
  const [line = ''] = await queryLines(runner, client, EVIDENCE.replaceAll('\n', ' '), { signal });
  const answer = boundedJson(line);
  const seen = Object.entries(isObject(answer) ? answer : {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    ...{ part: `postgres-${which}`, mechanism: 'managed', engine: by, bytes: 0 },
    details: {
      ...{ database: client.database, tables: tables.length, server: version, reason: `${by} restores it` },
      ...(method === undefined ? {} : { method }),
      ...(retention === undefined ? {} : { retention }),
      ...Object.fromEntries(seen),
    },
  };
}
