import { statfs } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { keyFingerprint } from '../../backup/fingerprint.ts';
import { keptSets } from '../../backup/keep.ts';
import { backupSettings, type RepositoryInput, withRepository } from '../../backup/open-repository.ts';
import { readNewestSets } from '../../backup/repository.ts';
import { readVerification } from '../../backup/verification.ts';
import { primaryOf, setsName } from '../../deployment/primary.ts';
import type { BackupFacts, BackupSetFact } from '../../recovery/backup-facts.ts';

type ReadSet = Awaited<ReturnType<typeof readNewestSets>>['sets'][number];

/** Sets whose manifest is read: the newest may be damaged. */
const NEWEST = 3;
/** Milliseconds for one answer of restic: it derives a key from the password at each start. */
const LIMIT_MS = 60_000;

interface BackupFactsInput extends RepositoryInput {
  /** SECRET_KEY of this place. Undefined if it has none yet. */
  readonly secretKey?: string | undefined;
}

/** Reads what the repository of the deployment has. Changes nothing, and takes no lock. Throws the errors of restic. */
export async function readBackupFacts(input: BackupFactsInput, signal: AbortSignal): Promise<BackupFacts> {
  const { deployment, baseDirectory } = input;
  const name = setsName(deployment);
  const options = { signal, timeoutMs: LIMIT_MS };
  const { keep, repository } = backupSettings(deployment);
  return withRepository(input, async (restic) => {
    await restic.version(options);
    const verification = await readVerification(baseDirectory, deployment.name);
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
      ...keyFact(sets, input),
    };
  });
}

/** Compares SECRET_KEY with the newest set that can be restored. Only a standby asks: the primary made its sets. */
function keyFact(
  sets: readonly ReadSet[],
  { deployment, secretKey }: BackupFactsInput,
): Pick<BackupFacts, 'isKeyOfSet'> {
  const newest = sets
    .filter(({ faults }) => faults.length === 0)
    .toSorted((a, b) => (a.manifest.commonPoint < b.manifest.commonPoint ? 1 : -1))[0]?.manifest;
  if (newest === undefined || secretKey === undefined || primaryOf(deployment) === undefined) return {};
  return { isKeyOfSet: keyFingerprint(secretKey, newest.set) === newest.keys.secretKey };
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
