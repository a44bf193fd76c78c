import { boundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { type DatabaseName, queryLines } from '../database.ts';
import { backupSettings } from '../open-repository.ts';
import { newestRow } from '../restore/newest-row.ts';
import { psqlQuery } from '../restore/psql-query.ts';
import type { MadePart, MakeContext } from './context.ts';
import type { OpenDatabase } from './dump.ts';

/** What a server shows of its own archive. Every role may read it. */
const EVIDENCE = `SELECT json_build_object('walLevel', current_setting('wal_level'),
  'archiveMode', current_setting('archive_mode'), 'archivedAt', to_char(last_archived_time AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS"Z"')) FROM pg_stat_archiver`;

/** A row of the main database, and the table that has it. `at` is an ISO time. */
export type NewestRow = Awaited<ReturnType<typeof newestRow>>;

/** Milliseconds for the newest row of a large table without an index. */
const QUERY_MS = 15 * 60_000;

/** True if the file says that the provider restores the databases. */
export function isManaged({ deployment }: Pick<MakeContext, 'deployment'>): boolean {
  return backupSettings(deployment).postgres === 'managed';
}

/**
 * Returns the newest row before the common point, if the provider restores the databases: a restored database without it
 * is older than the set. Throws ExternalError.
 */
export async function newestBefore({ client }: OpenDatabase, context: MakeContext): Promise<NewestRow> {
  const { runner, signal } = context;
  return isManaged(context) ? newestRow(psqlQuery(runner, client, { signal, timeoutMs: QUERY_MS })) : undefined;
}

/**
 * Returns the part of a database that its provider restores: what the file says about the mechanism, and what the server
 * shows of it. `archivedAt` is missing if the server archives by means of its own. Copies nothing. Throws ExternalError.
 */
export async function managedPart(
  which: DatabaseName,
  { client, version, tables }: OpenDatabase,
  newest: NewestRow,
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
      ...(newest === undefined || which === 'plugin' ? {} : { newestRow: newest.at, newestTable: newest.table }),
      ...Object.fromEntries(seen),
    },
  };
}
