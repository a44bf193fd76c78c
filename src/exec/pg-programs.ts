import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { ExternalError } from '../base/errors.ts';
import type { Runner } from './runner.ts';

/** A folder of programs for each major version on Debian, and in the official images of PostgreSQL (pg_wrapper.1). */
const FOLDER = '/usr/lib/postgresql';

/**
 * Returns how to start a program of PostgreSQL for a server such as `15.20`: the one on PATH if it has the server's
 * major version or the machine has no other, else the one in the folder of that version. A newer pg_restore sets
 * parameters that an older server refuses: transaction_timeout since 17.
 */
export async function pgProgram(
  runner: Runner,
  name: string,
  server: string,
  { signal, folder = FOLDER }: { readonly signal: AbortSignal; readonly folder?: string },
): Promise<string> {
  const major = Number.parseInt(server, 10);
  if ((await majorOnPath(runner, name, signal)) === major) return name;
  const program = join(folder, String(major), 'bin', name);
  return access(program, constants.X_OK).then(
    () => program,
    () => name,
  );
}

/** Undefined if the program does not run. */
async function majorOnPath(runner: Runner, name: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { stdout } = await runner.run(name, ['--version'], { signal });
    return Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  } catch (error) {
    if (error instanceof ExternalError) return undefined;
    throw error;
  }
}
