import { ExternalError, UserError } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import type { Redact } from '../base/redact.ts';
import { damagedIn, messagesOf } from './restic-output.ts';
import type { RunResult } from './runner.ts';

/** Exit codes of a failure (restic.readthedocs.io, Scripting, exit codes). */
export const RESTIC_EXIT = { failed: 1, incomplete: 3, noRepository: 10, locked: 11, wrongPassword: 12 } as const;

/** How `init` names a repository whose creation was killed: restic stores its key first (Init of restic 0.17, 0.18). */
const HALF_CREATED = 'repository already contains keys';

/** How restic 0.17.0 names a wrong password: it ends with exit code 1, newer ones with 12 (seen with 0.17.0, 0.18.1). */
const WRONG_PASSWORD = 'wrong password or no key found';

/** Returns the error for an exit code. Its texts are redacted. */
export function resticFailure(
  { redact, name }: { readonly redact: Redact; readonly name: string },
  args: readonly string[],
  { exitCode, stderr }: RunResult,
): Error {
  const command = redact(['restic', ...args].join(' '));
  const lines = messagesOf(stderr).map(redact).slice(-12);
  switch (exitCode) {
    case RESTIC_EXIT.noRepository:
      return new UserError(`the repository ${name} does not exist`, {
        next: ['check recovery.backup.repository', 'difyctl backup creates it at the first run'],
      });
    case RESTIC_EXIT.wrongPassword:
      return wrongPassword(name);
    case RESTIC_EXIT.locked:
      return new UserError(`another run locks the repository ${name}`, {
        exitCode: EXIT.locked,
        next: ['wait until that run ends; the lock of a dead run expires after 30 minutes'],
      });
    case RESTIC_EXIT.incomplete:
      return new ExternalError('restic could not read every file, so the copy is incomplete', {
        command,
        stderr: lines,
        next: ['run difyctl as a user that can read the files, and check the disk'],
      });
    default:
      if (damagedIn(lines)) {
        return new ExternalError(`the repository ${name} is damaged`, {
          ...{ command, stderr: lines, exitCode: EXIT.rehearsal },
          next: ['difyctl backup verify --all finds what is damaged', 'see restic.readthedocs.io, Troubleshooting'],
        });
      }
      if (lines.some((line) => line.includes(WRONG_PASSWORD))) return wrongPassword(name);
      if (lines.some((line) => line.includes(HALF_CREATED))) {
        return new UserError(`the repository ${name} has a key and no configuration: its creation did not end`, {
          next: [`if it has no snapshots, remove ${name}, and run difyctl backup again`],
        });
      }
      return new ExternalError(`restic ended with exit code ${exitCode}`, { command, stderr: lines });
  }
}

function wrongPassword(name: string): UserError {
  return new UserError(`the password does not open the repository ${name}`, {
    next: ['check the secret that recovery.backup.password names'],
  });
}
