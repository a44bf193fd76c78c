import { randomBytes } from 'node:crypto';
import { ExternalError, UserError } from '../../base/errors.ts';
import { PostgresFault } from '../../evidence/postgres/faults.ts';
import type { Session } from '../../evidence/postgres/session.ts';
import { DATABASES, type DatabaseAccess, type Which } from '../restore/database-access.ts';

/** Databases of one drill, beside those of Dify on the same server. */
export interface ScratchDatabases {
  readonly names: Readonly<Record<Which, string>>;
  /** Drops them. */
  remove(): Promise<void>;
}

/** The names of difyctl alone: a sweep drops nothing else. */
const PATTERN = '^difyctl_drill_[0-9a-f]{8}_(main|plugin)$';
/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/** Throws UserError if a database of Dify has the name of a scratch database: a drill would drop it. */
export function refuseDrillNames(access: DatabaseAccess): void {
  const own = DATABASES.map((which) => access.place(which).database).find((name) => new RegExp(PATTERN).test(name));
  if (own === undefined) return;
  throw new UserError(`the database ${own} of Dify has the name of a scratch database, which a drill drops`, {
    next: ['rename the database, and set postgres.databases'],
  });
}

/**
 * Creates two empty databases. The session holds an advisory lock on each name until it ends, so that another run does
 * not take them for leftovers; a killed run ends its session, which frees the lock. Throws UserError if the role may not
 * create databases.
 */
export async function createScratch(session: Session, access: DatabaseAccess): Promise<ScratchDatabases> {
  const id = randomBytes(4).toString('hex');
  const names = { main: `difyctl_drill_${id}_main`, plugin: `difyctl_drill_${id}_plugin` };
  const remove = async (): Promise<void> => {
    for (const which of DATABASES) await drop(session, names[which]);
  };
  try {
    for (const which of DATABASES) {
      await tryLock(session, names[which]);
      await session.query(`CREATE DATABASE ${names[which]} TEMPLATE template0 ENCODING 'UTF8'`);
    }
  } catch (error) {
    await remove().catch(() => undefined);
    throw error instanceof PostgresFault ? refusal(error, access) : error;
  }
  return { names, remove };
}

function refusal(fault: PostgresFault, access: DatabaseAccess): Error {
  const { username, database } = access.place('main');
  if (fault.fact.code !== DENIED)
    return new ExternalError(`${access.address} does not create a database for the drill: ${fault.fact.text}`);
  return new UserError(`the role ${username} may not create a database on ${access.address}; a drill needs two`, {
    next: [`psql -h ${access.address.split(':')[0]} -d ${database} -c 'ALTER ROLE "${username}" CREATEDB'`],
  });
}

/** Drops the databases that killed drills left. Returns their names. */
export async function removeLeftDatabases(session: Session): Promise<readonly string[]> {
  const rows = await session.query(
    `SELECT datname::text AS name FROM pg_database WHERE datname ~ '${PATTERN}' AND pg_has_role(datdba, 'USAGE')`,
  );
  const removed: string[] = [];
  for (const { name } of rows) {
    if (!(await tryLock(session, String(name)))) continue;
    await drop(session, String(name));
    removed.push(String(name));
  }
  return removed;
}

/** True if no running drill has this name (`difyctl_drill_ID`). */
export function isLeft(session: Session, scratch: string): Promise<boolean> {
  return tryLock(session, `${scratch}_main`);
}

async function tryLock(session: Session, name: string): Promise<boolean> {
  const [row] = await session.query('SELECT pg_try_advisory_lock(hashtext($1)) AS locked', { values: [name] });
  return row?.locked === true;
}

/** FORCE ends sessions in the database (PostgreSQL 13 and newer). */
async function drop(session: Session, name: string): Promise<void> {
  await session.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}
