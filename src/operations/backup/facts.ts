import { statfs } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { keptSets } from '../../backup/keep.ts';
import { backupSettings, type RepositoryInput, withRepository } from '../../backup/open-repository.ts';
import { readNewestSets } from '../../backup/repository.ts';
import { readVerification } from '../../backup/verification.ts';
import type { BackupFacts, BackupSetFact } from '../../recovery/backup-facts.ts';

type ReadSet = Awaited<ReturnType<typeof readNewestSets>>['sets'][number];

/** Sets whose manifest is read: the newest may be damaged. */
const NEWEST = 3;
/** Milliseconds for one answer of restic: it derives a key from the password at each start. */
const LIMIT_MS = 60_000;

/** Reads what the repository of the deployment has. Changes nothing, and takes no lock. Throws the errors of restic. */
export async function readBackupFacts(input: RepositoryInput, signal: AbortSignal): Promise<BackupFacts> {
  const { deployment, baseDirectory } = input;
  const { name } = deployment;
  const options = { signal, timeoutMs: LIMIT_MS };
  const { keep, repository } = backupSettings(deployment);
  return withRepository(input, async (restic) => {
    await restic.version(options);
    const verification = await readVerification(baseDirectory, name);
    const known = verification === undefined ? {} : { verification };
    if (!(await restic.exists(options)))
      return { exists: false, newest: [], total: 0, unreadable: [], partial: [], surplus: 0, ...known };
    const { sets, unreadable, complete, partial } = await readNewestSets(restic, name, NEWEST, options);
    const kept = keptSets(
      complete.map(({ set, at }) => ({ set, commonPoint: at })),
      keep,
    );
    const oldest = complete.at(-1)?.at;
    const free = await freeBytes(repository, baseDirectory);
    return {
      exists: true,
      newest: sets.map(setFact).toSorted((a, b) => (a.commonPoint < b.commonPoint ? 1 : -1)),
      total: complete.length,
      ...(oldest === undefined ? {} : { oldest }),
      unreadable: unreadable.map(({ set, reason }) => ({ set, reason })),
      partial,
      surplus: complete.filter(({ set }) => !kept.has(set)).length,
      ...(free === undefined ? {} : { freeBytes: free }),
      ...known,
    };
  });
}

function setFact({ manifest, faults }: ReadSet): BackupSetFact {
  const { set, commonPoint, startedAt, finishedAt, parts } = manifest;
  const copied = parts.filter(({ mechanism }) => mechanism === 'copied');
  return {
    ...{ set, commonPoint, faults },
    seconds: Math.max(0, (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000),
    bytes: copied.reduce((sum, { bytes }) => sum + bytes, 0),
    copied: copied.map(({ part }) => part),
  };
}

/** Undefined if the repository is not a folder of this machine. */
async function freeBytes(repository: string, baseDirectory: string): Promise<number | undefined> {
  if (!isAbsolute(repository) && !repository.startsWith('.')) return undefined;
  const { bavail, bsize } = await statfs(resolve(baseDirectory, repository));
  return bavail * bsize;
}
