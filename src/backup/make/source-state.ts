import { boundedJson } from '../../base/bounded-json.ts';
import { digestOf } from '../../base/digest.ts';
import { ExternalError } from '../../base/errors.ts';
import { queryLines } from '../database.ts';
import { bucketOf, type OpenBuckets } from './bucket.ts';
import type { DatedList } from './bucket-lists.ts';
import type { FilesPart, MakeContext } from './context.ts';
import { DUMP_FORMAT, type OpenDatabase } from './dump.ts';

/**
 * The server, its last start, the database and the transactions that have an id. Each change of data needs a transaction
 * with a new id (PostgreSQL, Transactions and Identifiers). A standby assigns none, so that it has no state.
 */
const STATE = `SELECT json_build_array((SELECT system_identifier::text FROM pg_control_system()),
  extract(epoch FROM pg_postmaster_start_time())::text,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()), txid_current_snapshot()::text)
  WHERE NOT pg_is_in_recovery()`;

/** A snapshot of transactions, `xmin:xmax:list`, while none with an id runs. */
const IDLE = /^(\d+):\1:$/;

/**
 * Returns a digest that is the same as long as nothing writes to the server of the database. Undefined if something
 * writes now, or if the server does not show it. Read it before a dump: the dump then has at least what the digest names.
 */
export async function databaseState(
  { client }: OpenDatabase,
  { runner, signal }: MakeContext,
): Promise<string | undefined> {
  const lines = await queryLines(runner, client, STATE.replaceAll('\n', ' '), { signal }).catch((error: unknown) => {
    // A provider may not let every role call pg_control_system.
    if (error instanceof ExternalError) return [];
    throw error;
  });
  return stateOf(lines);
}

/** Returns the digest of the answer of the server. */
export function stateOf([line = '[]']: readonly string[]): string | undefined {
  const row = boundedJson(line);
  if (!Array.isArray(row) || !IDLE.test(String(row.at(-1)))) return undefined;
  return digestOf([row, DUMP_FORMAT]);
}

/**
 * The newest object must be older than the list by this: times have whole seconds, and the clocks of storage and machine
 * differ. A younger object may be replaced by one of the same size without a change of the list.
 */
const SETTLED_MS = 60_000;

/** Returns a digest that is the same as long as no object of the bucket changes. Undefined if one just did. */
export function bucketState(
  part: FilesPart,
  buckets: OpenBuckets,
  { begunAt, newest, digest }: DatedList,
  { deployment }: MakeContext,
): string | undefined {
  if (newest !== undefined && begunAt.getTime() - newest.getTime() < SETTLED_MS) return undefined;
  return digestOf([deployment.objectStorage, bucketOf(part, buckets), digest]);
}
