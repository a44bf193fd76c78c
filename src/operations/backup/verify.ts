import { type RepositorySets, readSets } from '../../backup/repository.ts';
import { writeVerification } from '../../backup/verification.ts';
import { withVersionFaults } from '../../backup/versions/verify.ts';
import { ExternalError } from '../../base/errors.ts';
import type { OnProgress } from '../../base/events.ts';
import { EXIT } from '../../base/exit-codes.ts';
import { counted } from '../../base/words.ts';
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
 * one each day. Throws ExternalError (exit 6) if the repository is damaged.
 */
export function verifyBackups(options: VerifyOptions): Promise<VerifiedBackups> {
  const { opened, signal, all, now, onProgress } = options;
  const share = all ? '1/1' : shareOf(now());
  return onRepository(options, async (restic, input) => {
    await restic.unlock({ signal });
    const read = await runStep(
      onProgress,
      'sets',
      'compare the sets with their manifests',
      async () => {
        const found = await readSets(restic, opened.deployment.name, { signal });
        return { ...found, sets: await withVersionFaults(found.sets, { ...input, restic, signal }) };
      },
      ({ sets }) => ({ detail: counted(sets.length, 'set') }),
    );
    const what = all ? 'all data' : `a share of the data, ${share}`;
    const check = () => restic.check(share, { signal }).catch(damaged);
    const keep = (faults: readonly string[]) => {
      const { baseDirectory, deployment } = opened;
      return writeVerification(baseDirectory, {
        ...{ deployment: deployment.name, at: now().toISOString(), share },
        faults: [...faultsOf(read), ...faults],
      });
    };
    try {
      await runStep(onProgress, 'data', `verify the repository and read ${what}`, check, () => ({ detail: '' }));
    } catch (error) {
      if (error instanceof ExternalError) await keep([error.message]);
      throw error;
    }
    await keep([]);
    return { ...read, share };
  });
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
  if (!(error instanceof ExternalError)) throw error;
  throw new ExternalError('the repository of backups is damaged', {
    ...(error.command === undefined ? {} : { command: error.command }),
    stderr: error.stderr,
    exitCode: EXIT.rehearsal,
    next: ['make a new set in another repository, and see restic.readthedocs.io, Troubleshooting'],
    cause: error,
  });
}
