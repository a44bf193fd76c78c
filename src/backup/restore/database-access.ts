import { resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { ExternalPostgres } from '../../deployment/schema/postgres.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { openSession, type ServerAccess, type Session } from '../../evidence/postgres/session.ts';
import { tlsPlan } from '../../evidence/postgres/tls.ts';
import { resolvedSecret } from '../../evidence/secret-values.ts';
import type { PgPlace } from '../../exec/pg-restore.ts';
import { dialHere } from '../../net/dial.ts';

/** Which of Dify's two databases. */
export type Which = 'main' | 'plugin';
export const DATABASES: readonly Which[] = ['main', 'plugin'];

/** The server of the deployment, with a login for each database. */
export interface DatabaseAccess {
  /** `HOST:PORT`. */
  readonly address: string;
  /** Opens a session with the login of a database; default: in that database. Throws ProbeError or PostgresFault. */
  open(which: Which, database?: string): Promise<Session>;
  /** The same login for PostgreSQL's programs. */
  place(which: Which, database?: string): PgPlace;
}

interface AccessInput {
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly signal: AbortSignal;
}

/** Milliseconds for an answer. A count of a large table takes minutes. */
const LIMIT_MS = 15 * 60_000;

/** Returns the access to the external server. Throws UserError if a password is missing. */
export async function databaseAccess(input: AccessInput, postgres: ExternalPostgres): Promise<DatabaseAccess> {
  const { baseDirectory, signal } = input;
  const { host, port, tls } = postgres;
  const access: ServerAccess = {
    ...{ host, port, dial: dialHere, signal, limitMs: LIMIT_MS },
    tls: await tlsPlan(tls, baseDirectory),
  };
  const logins = { main: loginOf(postgres, 'main', input.secrets), plugin: loginOf(postgres, 'plugin', input.secrets) };
  return {
    address: `${host}:${port}`,
    open: (which, database) =>
      openSession(access, { ...logins[which], ...(database === undefined ? {} : { database }) }),
    place: (which, database) => ({
      ...{ host, port, sslmode: tls.mode, ...logins[which], ...(database === undefined ? {} : { database }) },
      sslrootcert: tls.caFile === undefined ? undefined : resolve(baseDirectory, tls.caFile),
    }),
  };
}

function loginOf(postgres: ExternalPostgres, which: Which, secrets: SecretValues) {
  const own = postgres.databases[which];
  const named = typeof own === 'string' ? { name: own } : own;
  const path = named.password === undefined ? 'postgres.password' : `postgres.databases.${which}.password`;
  const password = resolvedSecret(secrets, path);
  if (password === undefined)
    throw new UserError(`${path} has no value; expected the password of the database ${named.name}`, {
      next: ['set the variable, or create the file or Secret that the reference names'],
    });
  return { database: named.name, username: named.username ?? postgres.username, password };
}
