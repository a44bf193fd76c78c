import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { makeTemporaryFolder } from '../base/temporary-folder.ts';
import { pgProgram } from './pg-programs.ts';
import type { Runner } from './runner.ts';

/** A database and the login for it, as PostgreSQL's programs take them. */
export interface PgPlace {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly sslmode: string;
  /** Absolute path of the CA certificate. */
  readonly sslrootcert: string | undefined;
}

/** Parallel connections of one restore: indexes of large tables are created at the same time. */
const JOBS = 4;
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Options of every restore: the role of the file owns each object. Comments are left out, because only the owner of an
 * extension, which may be a superuser, can set the comment of the extension.
 */
export const FOR_THIS_ROLE: readonly string[] = ['--no-owner', '--no-privileges', '--no-comments'];

/**
 * Restores a dump in custom format into an empty database, with the database's own role as the owner of everything.
 * `server`: its version, such as `15.20`. Throws ExternalError if a statement fails. The password is in a file (0600)
 * that is removed afterwards.
 */
export async function pgRestore(
  runner: Runner,
  place: PgPlace,
  file: string,
  { signal, server }: { readonly signal: AbortSignal; readonly server: string },
): Promise<void> {
  const folder = await makeTemporaryFolder();
  try {
    const passwords = join(folder, 'pgpass');
    await writeFile(passwords, passwordLine(place), { mode: 0o600 });
    const { host, port, username, database, sslmode, sslrootcert } = place;
    const args = [
      ...['--host', host, '--port', String(port), '--username', username, '--dbname', database],
      ...['--no-password', ...FOR_THIS_ROLE, '--exit-on-error'],
      ...['--jobs', String(JOBS), file],
    ];
    await runner.run(await pgProgram(runner, 'pg_restore', server, { signal }), args, {
      env: {
        PGPASSFILE: passwords,
        PGSSLMODE: sslmode,
        ...(sslrootcert === undefined ? {} : { PGSSLROOTCERT: sslrootcert }),
      },
      signal,
      timeoutMs: DAY_MS,
      killWithParent: true,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Version of pg_restore: `15.20`. Throws UserError if it does not run. */
export async function pgRestoreVersion(runner: Runner, signal: AbortSignal): Promise<string> {
  const { stdout } = await runner.run('pg_restore', ['--version'], { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new UserError('pg_restore does not run on this machine; expected it on PATH', {
      next: ['install the PostgreSQL client of the major version of the server, or a newer one'],
      cause,
    });
  });
  return /(\d+(?:\.\d+)*)/.exec(stdout)?.[1] ?? 'unknown';
}

/** A line of a password file: colons and backslashes are escaped (libpq, "The Password File"). */
function passwordLine({ host, port, username, password, database }: PgPlace): string {
  const escaped = [host, String(port), database, username, password].map((one) => one.replaceAll(/[\\:]/g, '\\$&'));
  return `${escaped.join(':')}\n`;
}
