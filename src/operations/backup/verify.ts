import type { RepositoryInput } from '../../backup/open-repository.ts';
import { type RepositorySets, readSets } from '../../backup/repository.ts';
import { writeVerification } from '../../backup/verification.ts';
import { withVersionFaults } from '../../backup/versions/verify.ts';
import { ExternalError } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { counted } from '../../base/words.ts';
import type { Restic } from '../../exec/restic.ts';
import { runStep } from '../steps.ts';
import { onRepository, type RepositoryOptions } from './repository.ts';

export interface VerifyOptions extends RepositoryOptions {
  /** Read all data, not only a share of it. */
  readonly all: boolean;
  readonly now: () => Date;
  readonly onProgress: OnProgress;
}

/** What was verified. */
export interface VerifiedBackups extends RepositorySets {
  /** The share of the data that was read: `3/7`, or `1/1` for all of it. */
  readonly share: string;
}

/** Runs that read every byte once: a daily verification reads everything within a week. */
const SHARES = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Verifies that each set has its parts, then the structure of the repository, and reads a share of its data, another
 * one each day. Stores the result. Throws ExternalError: exit 6 if the repository is damaged, another one if the
 * verification did not finish, which leaves the last result as it is.
 */
export function verifyBackups(options: VerifyOptions): Promise<VerifiedBackups> {
  const { opened, all, now } = options;
  const share = all ? '1/1' : shareOf(now());
  return onRepository(options, async (restic, input) => {
    const faults: string[] = [];
    const keep = (): Promise<void> => {
      const { baseDirectory, deployment } = opened;
      return writeVerification(baseDirectory, { deployment: deployment.name, at: now().toISOString(), share, faults });
    };
    try {
      const read = await verifySets(options, restic, input);
      faults.push(...faultsOf(read));
      await verifyData(options, restic, share);
      await keep();
      return { ...read, share };
    } catch (error) {
      if (isDamage(error)) {
        faults.push(error.message);
        await keep();
      }
      throw verificationFault(error);
    }
  });
}

async function verifySets(
  { opened, signal, onProgress }: VerifyOptions,
  restic: Restic,
  input: RepositoryInput,
): Promise<RepositorySets> {
  await restic.unlock({ signal });
  return runStep(
    onProgress,
    'sets',
    'compare the sets with their manifests',
    async () => {
      const found = await readSets(restic, opened.deployment.name, { signal });
      return { ...found, sets: await withVersionFaults(found.sets, { ...input, restic, signal }) };
    },
    ({ sets }) => ({ detail: counted(sets.length, 'set') }),
  );
}

function verifyData({ all, signal, onProgress }: VerifyOptions, restic: Restic, share: string): Promise<void> {
  const what = all ? 'all data' : `a share of the data, ${share}`;
  const check = () => restic.check(share, { signal }).catch(damaged);
  return runStep(onProgress, 'data', `verify the repository and read ${what}`, check, () => ({ detail: '' }));
}

/** What is wrong with the sets themselves. */
function faultsOf({ sets, unreadable }: RepositorySets): string[] {
  return [
    ...sets.flatMap(({ manifest, faults }) => faults.map((fault) => `${manifest.set}: ${fault}`)),
    ...unreadable.map(({ set, reason }) => `${set}: ${reason}`),
  ];
}

/** The share of the day: `1/7` to `7/7` in turn. */
export function shareOf(now: Date): string {
  return `${(Math.floor(now.getTime() / DAY_MS) % SHARES) + 1}/${SHARES}`;
}

function damaged(error: unknown): never {
  if (!isDamage(error)) throw error;
  throw new ExternalError('the repository of backups is damaged', {
    ...(error.command === undefined ? {} : { command: error.command }),
    stderr: error.stderr,
    exitCode: EXIT.rehearsal,
    next: ['make a new set in another repository, and see restic.readthedocs.io, Troubleshooting'],
    cause: error,
  });
}

/** True if restic found damage. A restic that was killed, or did not reach the repository, found nothing. */
function isDamage(error: unknown): error is ExternalError {
  return error instanceof ExternalError && error.exitCode === EXIT.rehearsal;
}

/** Returns the error of a verification that failed: every failure of a program that is no damage is an unfinished one. */
export function verificationFault(error: unknown): unknown {
  if (!(error instanceof ExternalError) || error.exitCode === EXIT.rehearsal) return error;
  const { message, command, stderr, timedOut, next, exitCode } = error;
  return new ExternalError(`the verification did not finish: ${message}`, {
    ...(command === undefined ? {} : { command }),
    ...{ stderr, timedOut, exitCode, cause: error },
    next: next.length > 0 ? next : ['run difyctl backup verify again'],
  });
}
