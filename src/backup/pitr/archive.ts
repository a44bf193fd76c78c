import { ExternalError, UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type ArchivedBackup, backupFor } from '../../evidence/recovery/archive-facts.ts';
import { readArchive } from '../../evidence/recovery/read-archive.ts';
import { type PgBackRest, type PgBackRestPlace, pgBackRest, placeWords } from '../../exec/pgbackrest.ts';
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
 * does not run on this machine but in a container or not at all, or if the archive does not reach the time.
 */
export async function openPointInTime(at: Date, input: ArchiveInput): Promise<PointInTime | undefined> {
  const { deployment, baseDirectory, runner, signal } = input;
  const settings = deployment.recovery?.postgres?.pgbackrest;
  if (settings === undefined) return undefined;
  const program = pgBackRest(runner, settings, { baseDirectory, kubeArgs: [] });
  if (settings.in !== undefined) throw inContainer(settings.in, at, program);
  const facts = await readArchive(program, { signal }).catch((error: unknown) => {
    if (!(error instanceof ExternalError)) throw error;
    throw new UserError(`the archive of PostgreSQL cannot be read on this machine: ${error.message}`, {
      next: ['run difyctl on a machine that has pgBackRest', byHand(at, program)],
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

/** The restored server needs room and the programs of PostgreSQL: in the container, it would take those of the live one. */
function inContainer(place: PgBackRestPlace, at: Date, program: PgBackRest): UserError {
  return new UserError(
    `pgBackRest runs in ${placeWords(place)} (recovery.postgres.pgbackrest.in), and a restore needs it on this machine; nothing was changed`,
    {
      next: [
        'if this machine reaches the repository of pgBackRest, install pgBackRest here, set recovery.postgres.pgbackrest.config, and remove in',
        byHand(at, program),
      ],
    },
  );
}

function byHand(at: Date, program: PgBackRest): string {
  return `or restore the server by hand (${program.byHand(at)}), then run difyctl restore --at ${at.toISOString()} --part objects,plugin-storage,secrets`;
}
