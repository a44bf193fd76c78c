import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import type { Session } from '../../evidence/postgres/session.ts';
import { pgRestore, pgRestoreVersion } from '../../exec/pg-restore.ts';
import type { Query } from '../invariants/read/source.ts';
import { type DatabaseAccess, databaseAccess } from '../restore/database-access.ts';
import { restoreDatabase } from '../restore/restore-part.ts';
import type { DrillPlace, PlaceInput, UsePlace } from './place.ts';
import {
  createScratch,
  isLeft,
  refuseDrillNames,
  removeLeftDatabases,
  type ScratchDatabases,
} from './scratch-databases.ts';

/** Two databases on the external server of the file. Throws UserError if pg_restore or a password is missing. */
export async function serverPlace(input: PlaceInput, postgres: ExternalPostgres): Promise<UsePlace> {
  await pgRestoreVersion(input.runner, input.signal);
  const access = await databaseAccess(input, postgres);
  refuseDrillNames(access);
  return async (work) => {
    const session = await access.open('main');
    try {
      input.onLeft(await removeLeftDatabases(session));
      const scratch = await createScratch(session, access);
      try {
        const [shown] = await session.query('SHOW server_version');
        const server = String(shown?.server_version ?? '');
        return await work(placeOf({ ...input, server }, access, scratch, session));
      } finally {
        await removeAll(scratch, session, access);
      }
    } finally {
      await session.end();
    }
  };
}

/** `server`: the version of the server, such as `15.20`. */
function placeOf(
  input: PlaceInput & { readonly server: string },
  access: DatabaseAccess,
  { names }: ScratchDatabases,
  session: Session,
): DrillPlace {
  return {
    words: `databases ${names.main} and ${names.plugin} on ${access.address}`,
    scratch: names.main.replace(/_main$/, ''),
    isLeft: (scratch) => isLeft(session, scratch),
    dify: undefined,
    restore: async (which, part, dump) => {
      if (dump !== undefined) return pgRestore(input.runner, access.place('main', names[which]), dump.file, input);
      const folder = join(input.folder, part.part);
      await restoreDatabase(input, part, access.place('main', names[which]), folder);
      await rm(folder, { recursive: true, force: true });
    },
    read: async (work) => {
      const main = await access.open('main', names.main);
      const plugin = await access.open('main', names.plugin);
      try {
        return await work({ main: query(main), plugin: query(plugin) });
      } finally {
        await Promise.all([main.end(), plugin.end()]);
      }
    },
  };
}

function query(session: Session): Query {
  return (text, values) => session.query(text, values === undefined ? {} : { values });
}

/** Drops the scratch databases, with another session if the drill's own has ended. */
async function removeAll(scratch: ScratchDatabases, session: Session, access: DatabaseAccess): Promise<void> {
  try {
    await scratch.remove();
  } catch {
    await session.end();
    const again = await access.open('main');
    await removeLeftDatabases(again).finally(() => again.end());
  }
}
