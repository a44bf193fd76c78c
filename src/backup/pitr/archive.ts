import { ExternalError, UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type ArchivedBackup, backupFor } from '../../evidence/recovery/archive-facts.ts';
import { readArchive } from '../../evidence/recovery/read-archive.ts';
import { type PgBackRest, pgBackRest } from '../../exec/pgbackrest.ts';
import type { Runner } from '../../exec/runner.ts';

/** The archive of the file's server, and the backup that a restore to a time begins with. */
export interface PointInTime {
  readonly program: PgBackRest;
  readonly at: Date;
  readonly backup: ArchivedBackup;
  /** Major version of PostgreSQL: `15`. */
  readonly postgres: string;
}

interface ArchiveInput {
  readonly deployment: Deployment;
  readonly baseDirectory: string;
  readonly runner: Runner;
  readonly signal: AbortSignal;
}

/**
 * Opens the archive of the file for a restore to a time; undefined if the file names none. Throws UserError if pgBackRest
 * does not run on this machine, or if the archive does not reach the time.
 */
export async function openPointInTime(at: Date, input: ArchiveInput): Promise<PointInTime | undefined> {
  const { deployment, baseDirectory, runner, signal } = input;
  const settings = deployment.recovery?.postgres?.pgbackrest;
  if (settings === undefined) return undefined;
  const program = pgBackRest(runner, settings, baseDirectory);
  const facts = await readArchive(program, { signal }).catch((error: unknown) => {
    if (!(error instanceof ExternalError)) throw error;
    throw new UserError(`the archive of PostgreSQL cannot be read on this machine: ${error.message}`, {
      next: [
        'run difyctl on a machine that has pgBackRest',
        `or restore the server by hand (${program.byHand(at)}), then run difyctl restore --at ${at.toISOString()} --part objects,plugin-storage,secrets`,
      ],
      cause: error,
    });
  });
  const backup = backupFor(facts, at);
  if ('label' in backup) return { program, at, backup, postgres: facts.postgres };
  throw new UserError(
    `the archive ${facts.stanza} does not reach ${at.toISOString()}: ${backup.reason}; nothing was changed`,
    { next: [`pgbackrest --stanza=${facts.stanza} info`, 'restore to another time'] },
  );
}
