import { join } from 'node:path';
import { COMPOSE_ADDRESSES } from '../../render/compose/names.ts';
import { databaseLogin } from '../../render/dify-env/postgres.ts';
import { type DatabaseClient, type DatabaseName, runClient, tablesOf } from '../database.ts';
import type { RestoreContext } from '../restore/context.ts';
import type { DumpFile } from '../restore/target-database.ts';
import type { PointInTime } from './archive.ts';
import { type Instance, withInstance } from './instance.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Recovers a server beside the live one and dumps Dify's databases as of the stated time into the folder of the restore.
 * Nothing that exists is changed. Throws as `withInstance` does.
 */
export function dumpAtMoment(
  point: PointInTime,
  which: readonly DatabaseName[],
  context: RestoreContext,
): Promise<ReadonlyMap<DatabaseName, DumpFile>> {
  const { runner, signal, onStart } = context;
  return withInstance(point, { runner, signal, onStart }, async (instance) => {
    const dumps = new Map<DatabaseName, DumpFile>();
    for (const name of which) dumps.set(name, await dump(instance, name, context));
    return dumps;
  });
}

async function dump(instance: Instance, which: DatabaseName, context: RestoreContext): Promise<DumpFile> {
  const { runner, signal, onStart, folder } = context;
  const client = clientOf(instance, which, context);
  const tables = await tablesOf(runner, client, { signal });
  const file = join(folder, `point-in-time-${which}.dump`);
  const args = ['--format=custom', `--dbname=${client.database}`, `--file=${file}`];
  await runClient(runner, client, 'pg_dump', args, { signal, onStart, timeoutMs: DAY_MS });
  return { file, tables: tables.length };
}

function clientOf({ socket }: Instance, which: DatabaseName, { deployment }: RestoreContext): DatabaseClient {
  const { database, username } = databaseLogin(deployment.postgres, which, COMPOSE_ADDRESSES);
  const login = ['--no-password', `--host=${socket}`, '--port=5432', `--username=${username}`];
  return {
    ...{ database, where: 'the recovered server', env: { PGSSLMODE: 'disable' } },
    command: (program, args) => [program, ...login, ...args],
    offline: (program, args) => [program, ...args],
  };
}
